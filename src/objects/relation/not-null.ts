import { identifierQuoter } from "../../core/identifiers.ts";
import { classOids } from "../class-oids.ts";
import { objectKind } from "../kind.ts";
import type { ReadContext, RenderContext } from "../kind.ts";
import { component, newTablePartState, wants } from "../object.ts";
import type { CatalogObject } from "../object.ts";
import { tableConstraintComment } from "./check-constraint.ts";
import { isPrintedColumn } from "./column-default.ts";
import type { Column, NotNull } from "./column.ts";
import { alterTable } from "./table-text.ts";
import type { Relation } from "./relation.ts";

/** What CREATE TABLE says about one column's NOT NULL. */
export type NotNullForm =
  /** Nothing. */
  | "none"
  /** ` NOT NULL` in the column's line. */
  | "column"
  /** An item of its own: the column is inherited and not printed (18). */
  | "item"
  /** ALTER TABLE ... SET NOT NULL after CREATE TABLE, for the same case before 18. */
  | "alter";

function inheritedColumns(table: Relation, column: Column): Column[] {
  return table.parents.flatMap((parent) => parent.columns.filter((candidate) => candidate.name === column.name));
}

/** Where a column's NOT NULL is printed; partitions print their own, children of INHERITS only what their parents lack. */
export function notNullForm(table: Relation, column: Column, major: number): NotNullForm {
  if (!column.notNull) return "none";
  const isPrinted = isPrintedColumn(table, column);
  if (major < 18) {
    if (table.isPartition) return "column";
    if (inheritedColumns(table, column).some((parent) => parent.notNull)) return "none";
    return isPrinted ? "column" : "alter";
  }
  const constraint = column.notNullConstraint;
  if (constraint === null || !constraint.isValid) return "none";
  if (!constraint.isLocal && !table.isPartition && !isValidOnlyHere(table, column)) return "none";
  return isPrinted ? "column" : "item";
}

/** A valid constraint whose parents' are all NOT VALID has to be declared by the child. */
function isValidOnlyHere(table: Relation, column: Column): boolean {
  const inherited = inheritedColumns(table, column)
    .map((parent) => parent.notNullConstraint)
    .filter((constraint) => constraint !== null);
  return inherited.length > 0 && inherited.every((constraint) => !constraint.isValid);
}

/** `NOT NULL`, with the constraint's name when it is not the one that the server would choose, or has a comment. */
export function renderNotNull(table: Relation, column: Column, context: RenderContext, item: boolean): string {
  const constraint = column.notNullConstraint;
  const body = item ? `NOT NULL ${context.q(column.name)}` : "NOT NULL";
  if (constraint === null) return body;
  const isNamed = constraint.name !== `${table.name}_${column.name}_not_null` || hasComment(constraint, context);
  const name = isNamed ? `CONSTRAINT ${item ? quoteIfNeeded(constraint.name, context.major) : context.q(constraint.name)} ` : "";
  return `${name}${body}${constraint.noInherit ? " NO INHERIT" : ""}`;
}

/** pg_dump never quotes the name of an item, whatever it was told; where that would not load, we do. */
function quoteIfNeeded(name: string, major: number): string {
  return identifierQuoter({ major, quoteAll: false })(name);
}

function hasComment(constraint: NotNull, { inventory }: RenderContext): boolean {
  return inventory.hasComment(classOids.pg_constraint, constraint.oid);
}

/** A NOT NULL that is NOT VALID (18): an entry of its own after the data. */
export interface InvalidNotNull extends CatalogObject {
  readonly kind: "not-null-constraint";
  readonly table: Relation;
  readonly column: Column;
}

function derive({ inventory }: ReadContext): void {
  for (const table of inventory.ofKind<Relation>("relation")) {
    if (!wants(table, component.definition)) continue;
    for (const column of table.columns) {
      const constraint = column.notNullConstraint;
      if (constraint === null || constraint.isValid || !constraint.isLocal) continue;
      inventory.add<InvalidNotNull>({
        kind: "not-null-constraint",
        classOid: classOids.pg_constraint,
        oid: constraint.oid,
        name: constraint.name,
        loopRole: "other",
        table,
        column,
        ...newTablePartState(table),
        separate: true,
      });
    }
  }
}

export const notNullConstraint = objectKind<InvalidNotNull>({
  kind: "not-null-constraint",
  derive,
  section: () => "post-data",
  sortKey: (object) => ({ schema: object.schema?.name ?? null, name: object.name, ties: [1, object.table.name] }),
  describe: (object, context) => {
    const table = context.qualified(object.table);
    const name = context.q(object.name);
    const alter = alterTable(object.table);
    const noInherit = object.column.notNullConstraint?.noInherit === true ? " NO INHERIT" : "";
    return {
      definition: {
        kind: "CONSTRAINT",
        tag: `${object.table.name} ${object.name}`,
        section: "post-data",
        create: `${alter} ${table}\n    ADD CONSTRAINT ${name} NOT NULL ${context.q(object.column.name)}${noInherit} NOT VALID;\n`,
        drop: `${alter} ${table} DROP CONSTRAINT ${name};\n`,
      },
      parts: tableConstraintComment(object.table, object.name, object.oid, context),
    };
  },
});
