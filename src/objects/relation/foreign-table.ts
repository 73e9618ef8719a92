import { oidArray } from "../../core/sql-text.ts";
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
    SELECT f.ftrelid AS relation, s.srvname AS server, s.oid AS server_oid, pg_catalog.array_to_string(ARRAY(
        SELECT pg_catalog.quote_ident(option_name) || ' ' || pg_catalog.quote_literal(option_value)
        FROM pg_catalog.pg_options_to_table(f.ftoptions) ORDER BY option_name), E',\\n    ') AS options
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
