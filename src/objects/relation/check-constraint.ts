import { oidArray } from "../../core/sql-text.ts";
import { classOids } from "../class-oids.ts";
import { catalogRead, objectKind } from "../kind.ts";
import type { Part, ReadContext, RenderContext } from "../kind.ts";
import { newTablePartState } from "../object.ts";
import type { CatalogObject } from "../object.ts";
import { definedRelations } from "./detailed.ts";
import { alterTable } from "./table-text.ts";
import type { Relation } from "./relation.ts";

/** CHECK of a table: inside CREATE TABLE unless it is not validated or part of a dependency loop. */
export interface CheckConstraint extends CatalogObject {
  readonly kind: "check-constraint";
  readonly table: Relation;
  readonly isLocal: boolean;
  /** `CHECK (...)` with its NO INHERIT, NOT VALID, NOT ENFORCED. */
  readonly text: string;
}

interface CheckRow {
  readonly oid: number;
  readonly name: string;
  readonly relation: number;
  readonly text: string;
  readonly is_local: boolean;
  readonly validated: boolean;
}

const read = catalogRead<CheckRow>({
  name: "check constraints",
  phase: "details",
  rowByRow: true,
  query: ({ inventory }) => {
    const tables = definedRelations(inventory, "rpf");
    if (tables.length === 0) return null;
    return `
    SELECT c.oid, c.conname AS name, c.conrelid AS relation, pg_catalog.pg_get_constraintdef(c.oid) AS text, c.conislocal AS is_local,
      c.convalidated AS validated
    FROM pg_catalog.unnest(${oidArray(tables.map((table) => table.oid))}) AS src(oid)
    JOIN pg_catalog.pg_constraint c ON c.conrelid = src.oid AND c.contype = 'c'
    ORDER BY c.conrelid, c.conname`;
  },
  read: (rows, { inventory }) => {
    for (const row of rows) {
      const table = inventory.relation(row.relation);
      if (table === undefined) continue;
      const check = inventory.add<CheckConstraint>({
        kind: "check-constraint",
        classOid: classOids.pg_constraint,
        oid: row.oid,
        name: row.name,
        loopRole: "table-check",
        table,
        isLocal: row.is_local,
        text: row.text,
        ...newTablePartState(table),
      });
      check.separate = !row.validated;
      check.partOf = table;
      table.checks.push(check);
      if (row.validated) table.dependencies.push(check);
    }
  },
});

/** The comment of a constraint of a table, if it has one; it follows the table when the constraint stands inside it. */
export function tableConstraintComment(table: Relation, name: string, oid: number, { q, qualified, inventory }: RenderContext): Part[] {
  const classOid = classOids.pg_constraint;
  if (!inventory.hasComment(classOid, oid)) return [];
  const target = `CONSTRAINT ${q(name)} ON `;
  return [{ type: "comment", target: target + qualified(table), tag: target + q(table.name), classOid, oid }];
}

/** The comment of an inherited check that stands alone has to wait until its parent's brings it; pg_dump may print it too early. */
function link({ inventory }: ReadContext): void {
  for (const check of inventory.ofKind<CheckConstraint>("check-constraint")) {
    if (!check.separate || check.isLocal || !inventory.hasComment(check.classOid, check.oid)) continue;
    const inherited = check.table.parents.flatMap((parent) => parent.checks.filter((candidate) => candidate.name === check.name));
    check.dependencies.push(...inherited);
  }
}

export const checkConstraint = objectKind<CheckConstraint>({
  kind: "check-constraint",
  reads: [read],
  link,
  section: (object) => (object.separate ? "post-data" : "pre-data"),
  sortKey: (object) => ({ schema: object.schema?.name ?? null, name: object.name, ties: [1, object.table.name] }),
  describe: (object, context) => {
    if (!object.separate) return null;
    const table = context.qualified(object.table);
    const name = context.q(object.name);
    const alter = alterTable(object.table);
    return {
      // An inherited one comes with its parent's, but its comment does not.
      definition: object.isLocal
        ? {
            kind: "CHECK CONSTRAINT",
            tag: `${object.table.name} ${object.name}`,
            section: "post-data",
            create: `${alter} ${table}\n    ADD CONSTRAINT ${name} ${object.text};\n`,
            drop: `${alter} ${table} DROP CONSTRAINT ${name};\n`,
          }
        : null,
      parts: tableConstraintComment(object.table, object.name, object.oid, context),
    };
  },
});
