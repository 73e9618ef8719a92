import type { RenderContext } from "../kind.ts";
import type { Column } from "./column.ts";
import { notNullForm } from "./not-null.ts";
import { alterTable } from "./table-text.ts";
import type { Relation } from "./relation.ts";

const STORAGES: Readonly<Record<string, string>> = { p: "PLAIN", e: "EXTERNAL", m: "MAIN", x: "EXTENDED" };
const COMPRESSIONS: Readonly<Record<string, string>> = { p: "pglz", l: "lz4" };

/** The ALTER ... ALTER COLUMN lines that follow CREATE TABLE or CREATE MATERIALIZED VIEW, column by column. */
export function renderColumnAlters(table: Relation, context: RenderContext): string {
  let text = "";
  for (const column of table.columns) {
    for (const action of alterActions(table, column, context)) {
      text += `${alterTable(table)} ONLY ${context.qualified(table)} ALTER COLUMN ${context.q(column.name)} ${action};\n`;
    }
    text += foreignOptions(table, column, context);
  }
  return text;
}

function alterActions(table: Relation, column: Column, context: RenderContext): string[] {
  const actions: string[] = [];
  if (notNullForm(table, column, context.major) === "alter") actions.push("SET NOT NULL");
  if (column.statisticsTarget !== null) actions.push(`SET STATISTICS ${column.statisticsTarget.toString()}`);
  if (column.storage !== column.typeStorage) actions.push(`SET STORAGE ${STORAGES[column.storage] ?? column.storage}`);
  const compression = COMPRESSIONS[column.compression];
  if (compression !== undefined && !context.options.noToastCompression) actions.push(`SET COMPRESSION ${compression}`);
  if (column.options !== "") actions.push(`SET (${column.options})`);
  return actions;
}

/** Programs before 16 leave out ONLY here. */
function foreignOptions(table: Relation, column: Column, context: RenderContext): string {
  if (table.relkind !== "f" || column.foreignOptions === "") return "";
  const only = context.major >= 16 ? "ONLY " : "";
  return `ALTER FOREIGN TABLE ${only}${context.qualified(table)} ALTER COLUMN ${context.q(column.name)} OPTIONS (\n    ${column.foreignOptions}\n);\n`;
}
