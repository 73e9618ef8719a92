import { oidArray } from "../../core/sql-text.ts";
import { classOids } from "../class-oids.ts";
import { catalogRead, objectKind } from "../kind.ts";
import type { ReadContext } from "../kind.ts";
import { newTablePartState } from "../object.ts";
import type { CatalogObject } from "../object.ts";
import { tableConstraintComment } from "./check-constraint.ts";
import { definedRelations, detailedRelations } from "./detailed.ts";
import { attachmentsBelow, attachmentsByParent } from "./index-attachment.ts";
import type { IndexAttachment } from "./index-attachment.ts";
import type { Index } from "./index.ts";
import type { TableData } from "./table-data.ts";
import type { Relation } from "./relation.ts";

export interface ForeignKey extends CatalogObject {
  readonly kind: "foreign-key";
  readonly table: Relation;
  readonly referencedOid: number;
  readonly referencedIndexOid: number;
  readonly text: string;
}

interface ForeignKeyRow {
  readonly oid: number;
  readonly name: string;
  readonly relation: number;
  readonly referenced: number;
  readonly referenced_index: number;
  readonly text: string;
}

const read = catalogRead<ForeignKeyRow>({
  name: "foreign keys",
  phase: "details",
  rowByRow: true,
  query: ({ inventory, selection }) => {
    // Rows alone are ordered by foreign keys too, also those of extensions' configuration tables.
    const tables = selection.schemaWanted
      ? new Set([...definedRelations(inventory, "rp"), ...detailedRelations(inventory).filter((table) => table.extension !== null)])
      : detailedRelations(inventory);
    // Not every key has triggers: those that are not enforced have none.
    const oids = [...tables].map((table) => table.oid);
    if (oids.length === 0) return null;
    return `
    SELECT c.oid, c.conname AS name, c.conrelid AS relation, c.confrelid AS referenced, c.conindid AS referenced_index,
      pg_catalog.pg_get_constraintdef(c.oid) AS text
    FROM pg_catalog.unnest(${oidArray(oids)}) AS src(oid)
    JOIN pg_catalog.pg_constraint c ON c.conrelid = src.oid
    WHERE c.contype = 'f' AND c.conparentid = 0
    ORDER BY c.conrelid, c.conname`;
  },
  read: (rows, { inventory }) => {
    for (const row of rows) {
      const table = inventory.relation(row.relation);
      if (table === undefined) continue;
      inventory.add<ForeignKey>({
        kind: "foreign-key",
        classOid: classOids.pg_constraint,
        oid: row.oid,
        name: row.name,
        loopRole: "other",
        table,
        referencedOid: row.referenced,
        referencedIndexOid: row.referenced_index,
        text: row.text,
        ...newTablePartState(table),
        separate: true,
      });
    }
  },
});

/** A key to a partitioned table needs the whole tree of its index; rows without schema need the rows that they reference. */
function link(context: ReadContext): void {
  const { inventory, selection } = context;
  const attachments = attachmentsByParent(inventory.ofKind<IndexAttachment>("index-attachment"));
  const dataByTable = new Map(inventory.ofKind<TableData>("table-data").map((data) => [data.table.oid, data]));
  for (const key of inventory.ofKind<ForeignKey>("foreign-key")) {
    const referenced = inventory.relation(key.referencedOid);
    const index = inventory.find(classOids.pg_class, key.referencedIndexOid);
    if (referenced?.relkind === "p" && index?.kind === "index") {
      key.dependencies.unshift(...attachmentsBelow(index as Index, attachments));
    }
    const data = dataByTable.get(key.table.oid);
    const referencedData = dataByTable.get(key.referencedOid);
    const isOrdered = !selection.schemaWanted || (key.table.extension !== null && referenced?.extension !== null);
    if (isOrdered && data !== undefined && referencedData !== undefined) data.dependencies.push(referencedData);
  }
}

export const foreignKey = objectKind<ForeignKey>({
  kind: "foreign-key",
  reads: [read],
  link,
  section: () => "post-data",
  sortKey: (object) => ({ schema: object.schema?.name ?? null, name: object.name, ties: [1, object.table.name] }),
  describe: (object, context) => {
    const table = context.qualified(object.table);
    const name = context.q(object.name);
    const only = object.table.relkind === "p" ? "" : "ONLY ";
    return {
      definition: {
        kind: "FK CONSTRAINT",
        tag: `${object.table.name} ${object.name}`,
        section: "post-data",
        create: `ALTER TABLE ${only}${table}\n    ADD CONSTRAINT ${name} ${object.text};\n`,
        drop: `ALTER TABLE ${only}${table} DROP CONSTRAINT ${name};\n`,
      },
      parts: tableConstraintComment(object.table, object.name, object.oid, context),
    };
  },
});
