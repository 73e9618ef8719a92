import { oidArray } from "../../core/sql-text.ts";
import { foreignOptionsColumn } from "../foreign/foreign-options.ts";
import { catalogRead } from "../kind.ts";
import { definedRelations } from "./detailed.ts";

export interface ForeignTableDetails {
  readonly server: string;
  readonly serverOid: number;
  /** `name 'value',\n    ...`, "" for none. */
  readonly options: string;
}

interface ForeignTableRow {
  readonly relation: number;
  readonly server: string;
  readonly server_oid: number;
  readonly options: string;
}

export const foreignTableRead = catalogRead<ForeignTableRow>({
  name: "foreign tables",
  phase: "details",
  query: ({ inventory }) => {
    const tables = definedRelations(inventory, "f");
    if (tables.length === 0) return null;
    return `
    SELECT f.ftrelid AS relation, s.srvname AS server, s.oid AS server_oid, ${foreignOptionsColumn("f.ftoptions")} AS options
    FROM pg_catalog.pg_foreign_table f
    JOIN pg_catalog.pg_foreign_server s ON s.oid = f.ftserver
    WHERE f.ftrelid = ANY (${oidArray(tables.map((table) => table.oid))})`;
  },
  read: (rows, { inventory }) => {
    for (const row of rows) {
      const table = inventory.relation(row.relation);
      if (table !== undefined) table.foreignTable = { server: row.server, serverOid: row.server_oid, options: row.options };
    }
  },
});
