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
}

function derive({ inventory, selection }: ReadContext): void {
  if (!selection.dataWanted) return;
  for (const view of inventory.ofKind<Relation>("relation")) {
    if (view.relkind !== "m" || !wants(view, component.data)) continue;
    const data = inventory.add<MaterializedViewData>({
      ...newObjectState(),
      kind: "materialized-view-data",
      classOid: 0,
      oid: view.oid,
      name: view.name,
      schema: view.schema,
      owner: view.owner,
      acl: null,
      loopRole: "other",
      view,
    });
    data.wanted = view.wanted;
    data.dependencies.push(view);
  }
}

export const materializedViewData = objectKind<MaterializedViewData>({
  kind: "materialized-view-data",
  derive,
  section: () => "post-data",
  describe: (object, { qualified }) => {
    if (!object.view.isPopulated || !wants(object.view, component.definition)) return null;
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
