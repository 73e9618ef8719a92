import { objectKind } from "../kind.ts";
import type { Description, ReadContext, RenderContext } from "../kind.ts";
import { component, newObjectState, wants } from "../object.ts";
import type { CatalogObject } from "../object.ts";
import { renderDependsOnExtension } from "../depends-on-extension.ts";
import { renderColumnAlters } from "./column-alters.ts";
import { relationParts } from "./relation-parts.ts";
import { renderWith } from "./table-text.ts";
import type { Relation } from "./relation.ts";

export function describeMaterializedView(view: Relation, context: RenderContext): Description {
  const name = context.qualified(view);
  const parameters = renderWith(view, context);
  const create =
    `CREATE MATERIALIZED VIEW ${name}${parameters === "" ? "" : `\nWITH (${parameters})`} AS\n` +
    `${view.viewDefinition ?? ""}\n  WITH NO DATA;\n` +
    renderColumnAlters(view, context) +
    renderDependsOnExtension(view, `MATERIALIZED VIEW ${name}`, context);
  return {
    definition: {
      kind: "MATERIALIZED VIEW",
      tag: view.name,
      section: view.postponed ? "post-data" : "pre-data",
      create,
      drop: `DROP MATERIALIZED VIEW ${name};\n`,
      relkind: view.relkind,
      tablespace: view.tablespace,
      ...(view.accessMethod === "" ? {} : { tableAccessMethod: view.accessMethod }),
    },
    parts: relationParts(view, context),
  };
}

/** REFRESH of a materialized view that holds rows. */
export interface MaterializedViewData extends CatalogObject {
  readonly kind: "materialized-view-data";
  readonly view: Relation;
  /** The view holds rows, and so does every materialized view that its query reads. */
  isPopulated: boolean;
}

function derive({ inventory, selection }: ReadContext): void {
  if (!selection.dataWanted) return;
  for (const view of inventory.ofKind<Relation>("relation")) {
    if (view.relkind !== "m" || !wants(view, component.data) || selection.excludedTableData.has(view.oid)) continue;
    const data = inventory.add<MaterializedViewData>({
      kind: "materialized-view-data",
      classOid: 0,
      oid: view.oid,
      name: view.name,
      schema: view.schema,
      owner: view.owner,
      acl: null,
      loopRole: "other",
      view,
      isPopulated: view.isPopulated,
      ...newObjectState(),
    });
    data.wanted = view.wanted;
    data.dependencies.push(view);
  }
}

/** The materialized views that a query reads, also through views and through other materialized ones. */
function materializedBelow(view: Relation): Set<Relation> {
  const found = new Set<Relation>();
  const visit = (relation: Relation): void => {
    for (const dependency of relation.viewRule?.dependencies ?? []) {
      const read = dependency as Relation;
      if (dependency.kind !== "relation" || read === view || found.has(read) || !"mv".includes(read.relkind)) continue;
      found.add(read);
      visit(read);
    }
  };
  visit(view);
  return new Set([...found].filter((relation) => relation.relkind === "m"));
}

/** A refresh comes after the refreshes of what it reads, and needs all of that to hold rows. */
function link({ inventory }: ReadContext): void {
  const refreshes = inventory.ofKind<MaterializedViewData>("materialized-view-data");
  const byView = new Map(refreshes.map((refresh) => [refresh.view, refresh]));
  for (const refresh of refreshes) {
    for (const read of materializedBelow(refresh.view)) {
      if (!read.isPopulated) refresh.isPopulated = false;
      const earlier = byView.get(read);
      if (earlier !== undefined) refresh.dependencies.push(earlier);
    }
  }
}

export const materializedViewData = objectKind<MaterializedViewData>({
  kind: "materialized-view-data",
  derive,
  link,
  section: () => "post-data",
  describe: (object, { qualified }) => {
    if (!object.isPopulated || !wants(object.view, component.definition)) return null;
    return {
      definition: {
        kind: "MATERIALIZED VIEW DATA",
        tag: object.name,
        section: "post-data",
        create: `REFRESH MATERIALIZED VIEW ${qualified(object)};\n`,
        drop: "",
        catalogId: { classOid: 0, oid: object.view.oid },
        dependencies: object.dependencies,
        component: component.data,
      },
      parts: [],
    };
  },
});
