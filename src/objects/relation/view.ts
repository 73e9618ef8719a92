import { oidArray } from "../../core/sql-text.ts";
import { PgstowError } from "../../core/errors.ts";
import { catalogRead } from "../kind.ts";
import type { Description, RenderContext } from "../kind.ts";
import { vanishedError } from "../vanished.ts";
import { definedRelations } from "./detailed.ts";
import { relationParts } from "./relation-parts.ts";
import { renderOptions } from "./table-text.ts";
import type { Relation } from "./relation.ts";

interface ViewRow {
  readonly relation: number;
  readonly definition: string | null;
}

/** Queries of views and materialized views. */
export const viewRead = catalogRead<ViewRow>({
  name: "view definitions",
  phase: "details",
  query: ({ inventory }) => {
    const views = definedRelations(inventory, "vm");
    if (views.length === 0) return null;
    return `
    SELECT src.oid AS relation, pg_catalog.pg_get_viewdef(src.oid) AS definition
    FROM pg_catalog.unnest(${oidArray(views.map((view) => view.oid))}) AS src(oid)`;
  },
  read: (rows, { inventory }) => {
    for (const row of rows) {
      const view = inventory.relation(row.relation);
      if (view === undefined) continue;
      if (row.definition === null) throw vanishedError("view", view);
      if (row.definition.trim() === "") {
        throw new PgstowError("catalog", `definition of view "${view.schema?.name ?? ""}.${view.name}" appears to be empty`);
      }
      view.viewDefinition = row.definition.replace(/;$/, "");
    }
  },
});

export function describeView(view: Relation, context: RenderContext): Description {
  const name = context.qualified(view);
  const create = view.isDummyView
    ? `CREATE VIEW ${name} AS\n${renderDummySelect(view, context)};\n`
    : `CREATE VIEW ${renderViewBody(view, context)}`;
  return {
    definition: { kind: "VIEW", tag: view.name, section: "pre-data", create, drop: `DROP VIEW ${name};\n`, relkind: view.relkind },
    parts: relationParts(view, context),
  };
}

/** `name WITH (options) AS query;` */
export function renderViewBody(view: Relation, context: RenderContext): string {
  const options = renderOptions(view.options, "", context).join(", ");
  const checkOption = view.checkOption === "" ? "" : `\n  WITH ${view.checkOption} CHECK OPTION`;
  return `${context.qualified(view)}${options === "" ? "" : ` WITH (${options})`} AS\n${view.viewDefinition ?? ""}${checkOption};\n`;
}

/** A query with the view's columns and no dependencies, for a view that is needed before its query can be. */
export function renderDummySelect(view: Relation, { q, qualified }: RenderContext): string {
  if (view.columns.length === 0) return "SELECT";
  const columns = view.columns.map((column) => {
    const collate = column.collation === null ? "" : ` COLLATE ${qualified(column.collation)}`;
    return `\n    NULL::${column.type}${collate} AS ${q(column.name)}`;
  });
  return `SELECT${columns.join(",")}`;
}
