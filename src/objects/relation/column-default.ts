import { oidArray } from "../../core/sql-text.ts";
import { classOids } from "../class-oids.ts";
import { catalogRead, objectKind } from "../kind.ts";
import type { ReadContext } from "../kind.ts";
import { newTablePartState } from "../object.ts";
import type { CatalogObject } from "../object.ts";
import type { Column } from "./column.ts";
import { detailedRelations } from "./detailed.ts";
import { alterTable } from "./table-text.ts";
import type { Relation } from "./relation.ts";

/**
 * The default or the generation expression of a column: printed inside CREATE TABLE, or as an entry of its own when the column is
 * not printed there, when the relation is a view, or when it is part of a dependency loop (every serial column).
 */
export interface ColumnDefault extends CatalogObject {
  readonly kind: "column-default";
  readonly table: Relation;
  readonly column: Column;
  readonly expression: string;
}

interface DefaultRow {
  readonly oid: number;
  readonly relation: number;
  readonly column: number;
  readonly expression: string;
}

const read = catalogRead<DefaultRow>({
  name: "column defaults",
  phase: "details",
  rowByRow: true,
  query: ({ inventory }) => {
    const relations = detailedRelations(inventory);
    if (relations.length === 0) return null;
    return `
    SELECT d.oid, d.adrelid AS relation, d.adnum AS column, pg_catalog.pg_get_expr(d.adbin, d.adrelid) AS expression
    FROM pg_catalog.unnest(${oidArray(relations.map((relation) => relation.oid))}) AS src(oid)
    JOIN pg_catalog.pg_attrdef d ON d.adrelid = src.oid
    ORDER BY d.adrelid, d.adnum`;
  },
  read: (rows, { inventory }) => {
    for (const row of rows) {
      const table = inventory.relation(row.relation);
      const column = table?.columns.find((candidate) => candidate.number === row.column);
      if (table === undefined || column === undefined) continue;
      addDefault(inventory, table, column, row.oid, row.expression);
    }
  },
});

function addDefault(inventory: ReadContext["inventory"], table: Relation, column: Column, oid: number, expression: string): void {
  const columnDefault = inventory.add<ColumnDefault>({
    kind: "column-default",
    classOid: classOids.pg_attrdef,
    oid,
    name: table.name,
    loopRole: "column-default",
    table,
    column,
    expression,
    ...newTablePartState(table),
  });
  columnDefault.partOf = table;
  columnDefault.separate = column.generated === "" && (table.relkind === "v" || !isPrintedColumn(table, column));
  if (!columnDefault.separate) table.dependencies.push(columnDefault);
  // One that no catalog has is not in pg_depend either.
  else if (oid === 0) columnDefault.dependencies.push(table);
  column.default = columnDefault;
}

/** Columns that CREATE TABLE prints: those that the table declares itself; a partition prints all. */
export function isPrintedColumn(table: Relation, column: Column): boolean {
  return column.isLocal || table.isPartition;
}

const MANUFACTURED_NULL = "NULL";

/**
 * Inherited defaults. A child's column without default whose parent has one needs `DEFAULT NULL`, or it would inherit it again; a
 * generation expression that is the parent's own is not printed again. Relations come in the order of their OIDs, and what was decided
 * for a parent counts for its children.
 */
function derive({ inventory, major }: ReadContext): void {
  for (const table of detailedRelations(inventory)) {
    if (table.wanted === 0 || table.parents.length === 0) continue;
    for (const column of table.columns) {
      const inherited = table.parents.flatMap((parent) => parent.columns.filter((candidate) => candidate.name === column.name));
      const inheritsDefault = inherited.some((parent) => hasDefault(parent, major));
      if (inheritsDefault && column.default === null) addDefault(inventory, table, column, 0, MANUFACTURED_NULL);
      if (!table.isPartition && generatesLikeParents(column, inherited, major)) column.default = null;
    }
  }
}

/** From 16 on a parent's own `DEFAULT NULL` is none. */
function hasDefault(parent: Column, major: number): boolean {
  if (parent.default === null || parent.generated !== "") return false;
  return major < 16 || parent.default.expression !== MANUFACTURED_NULL;
}

/** Before 16 a child cannot say its parents' expression again, let alone another one. */
function generatesLikeParents(column: Column, inherited: readonly Column[], major: number): boolean {
  const generated = inherited.filter((parent) => parent.generated !== "");
  if (generated.length === 0) return false;
  const { default: own } = column;
  return major < 16 || generated.every((parent) => own !== null && parent.default?.expression === own.expression);
}

export const columnDefault = objectKind<ColumnDefault>({
  kind: "column-default",
  reads: [read],
  derive,
  sortKey: (object) => ({ schema: object.schema?.name ?? null, name: object.table.name, ties: [object.column.number] }),
  describe: (object, { q, qualified }) => {
    if (!object.separate) return null;
    const column = q(object.column.name);
    const table = qualified(object.table);
    const alter = alterTable(object.table);
    return {
      definition: {
        kind: "DEFAULT",
        tag: `${object.table.name} ${object.column.name}`,
        section: "pre-data",
        create: `${alter} ONLY ${table} ALTER COLUMN ${column} SET DEFAULT ${object.expression};\n`,
        drop: `${alter} ${table} ALTER COLUMN ${column} DROP DEFAULT;\n`,
        ...(object.oid === 0 ? { catalogId: { classOid: 0, oid: 0 } } : {}),
      },
      parts: [],
    };
  },
});
