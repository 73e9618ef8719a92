import type { Definition, Description, Part, RenderContext } from "../kind.ts";
import { tableConstraintComment } from "./check-constraint.ts";
import { isPrintedColumn } from "./column-default.ts";
import type { Column } from "./column.ts";
import { renderColumnAlters } from "./column-alters.ts";
import { notNullForm, renderNotNull } from "./not-null.ts";
import { relationParts } from "./relation-parts.ts";
import { alterTable, relationWord, renderWith } from "./table-text.ts";
import type { Relation } from "./relation.ts";
import { component, wants } from "../object.ts";

export function describeTable(table: Relation, context: RenderContext): Description {
  return {
    definition: tableDefinition(table, context),
    parts: relationParts(table, context, [...notNullComments(table, context), ...checkComments(table, context)]),
  };
}

function tableDefinition(table: Relation, context: RenderContext): Definition {
  const word = relationWord(table);
  const name = context.qualified(table);
  return {
    kind: word,
    tag: table.name,
    section: "pre-data",
    create: renderTable(table, context),
    drop: `DROP ${word} ${name};\n`,
    relkind: table.relkind,
    ...(table.relkind === "f" ? {} : { tablespace: table.tablespace }),
    ...(table.accessMethod === "" ? {} : { tableAccessMethod: table.accessMethod }),
  };
}

function renderTable(table: Relation, context: RenderContext): string {
  const name = context.qualified(table);
  const alter = `${alterTable(table)} ONLY ${name}`;
  let text = `CREATE ${unlogged(table, context)}${relationWord(table)} ${name}`;
  text += renderBody(table, context);
  text += renderClauses(table, context);
  text += ";\n";
  text += renderColumnAlters(table, context);
  // Foreign tables have none and cannot be altered to say so.
  const replicaIdentity = table.relkind === "f" ? "" : table.replicaIdentity;
  if (replicaIdentity === "n") text += `\n${alter} REPLICA IDENTITY NOTHING;\n`;
  if (replicaIdentity === "f") text += `\n${alter} REPLICA IDENTITY FULL;\n`;
  if (table.forceRowSecurity) text += `\n${alter} FORCE ROW LEVEL SECURITY;\n`;
  return text;
}

/** Servers before 18 allow the word on partitioned tables, where it means nothing and 18 refuses it. */
function unlogged(table: Relation, { major }: RenderContext): string {
  return table.persistence === "u" && !(table.relkind === "p" && major >= 18) ? "UNLOGGED " : "";
}

/** The list of columns and constraints in parentheses. */
function renderBody(table: Relation, context: RenderContext): string {
  const ofType = table.ofType === null ? "" : ` OF ${table.ofType}`;
  const items = [
    ...table.columns.map((column) => renderColumn(table, column, context)).filter((item) => item !== null),
    ...table.checks
      .filter((check) => !check.separate && (check.isLocal || table.isPartition))
      .map((check) => `CONSTRAINT ${context.q(check.name)} ${check.text}`),
  ];
  if (items.length === 0 && ofType !== "") return ofType;
  return `${ofType} (${items.map((item) => `\n    ${item}`).join(",")}\n)`;
}

/** One line of the list, or null for a column that says nothing. */
function renderColumn(table: Relation, column: Column, context: RenderContext): string | null {
  const form = notNullForm(table, column, context.major);
  if (!isPrintedColumn(table, column)) return form === "item" ? renderNotNull(table, column, context, true) : null;
  const rest = renderDefault(column) + (form === "column" ? ` ${renderNotNull(table, column, context, false)}` : "");
  if (table.ofType !== null) return rest === "" ? null : context.q(column.name) + rest;
  const collate = column.collation === null ? "" : ` COLLATE ${context.qualified(column.collation)}`;
  return `${context.q(column.name)} ${column.type}${rest}${collate}`;
}

function renderDefault(column: Column): string {
  const value = column.default;
  if (value === null || value.separate || !wants(value, component.definition)) return "";
  switch (column.generated) {
    case "s":
      return ` GENERATED ALWAYS AS (${value.expression}) STORED`;
    case "v":
      return ` GENERATED ALWAYS AS (${value.expression})`;
    default:
      return ` DEFAULT ${value.expression}`;
  }
}

/** INHERITS, PARTITION BY, SERVER, WITH, OPTIONS: what stands between the list and the semicolon. */
function renderClauses(table: Relation, context: RenderContext): string {
  let text = "";
  if (table.parents.length > 0 && !table.isPartition) {
    text += `\nINHERITS (${table.parents.map((parent) => context.qualified(parent)).join(", ")})`;
  }
  if (table.relkind === "p" && table.partition !== null && table.partition.key !== null) text += `\nPARTITION BY ${table.partition.key}`;
  if (table.foreignTable !== null) text += `\nSERVER ${context.q(table.foreignTable.server)}`;
  const parameters = renderWith(table, context);
  if (parameters !== "") text += `\nWITH (${parameters})`;
  if (table.foreignTable !== null && table.foreignTable.options !== "") text += `\nOPTIONS (\n    ${table.foreignTable.options}\n)`;
  return text;
}

function notNullComments(table: Relation, context: RenderContext): Part[] {
  return table.columns.flatMap((column) => {
    const constraint = column.notNullConstraint;
    if (constraint === null || !constraint.isValid) return [];
    return tableConstraintComment(table, constraint.name, constraint.oid, context);
  });
}

function checkComments(table: Relation, context: RenderContext): Part[] {
  return table.checks
    .filter((check) => !check.separate && check.isLocal)
    .flatMap((check) => tableConstraintComment(table, check.name, check.oid, context));
}
