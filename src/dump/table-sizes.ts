import type { Entry } from "../archive/entry.ts";
import { oidArray } from "../core/sql-text.ts";
import type { TableData } from "../objects/relation/table-data.ts";
import type { CatalogSession } from "../postgres/catalog-session.ts";
import type { TableSize } from "./table-ranges.ts";

/** Rows by ranges of ctid are read without passing over the others from here on. */
const TID_RANGE_SCANS_SINCE = 140_000;

/**
 * What the tables behind entries take on the server's disk, by dumpId; their rows as text are of that order. One query. Only a plain table
 * of PostgreSQL's own access method, all of whose rows are read, has pages to make ranges of.
 */
export async function readTableSizes(
  session: CatalogSession,
  entries: readonly Entry[],
  dataOf: (entry: Entry) => TableData,
): Promise<ReadonlyMap<number, TableSize>> {
  const oids = oidArray(entries.map((entry) => dataOf(entry).table.oid));
  const rows = await session.query<{ readonly oid: number; readonly bytes: string; readonly pages: string }>(
    `SELECT oid, COALESCE(pg_catalog.pg_table_size(oid), 0)::pg_catalog.text AS bytes,
       COALESCE(pg_catalog.pg_relation_size(oid) / pg_catalog.current_setting('block_size')::pg_catalog.int8, 0)::pg_catalog.text AS pages
     FROM pg_catalog.unnest(${oids}) AS oid`,
  );
  const byOid = new Map(rows.map(({ oid, bytes, pages }) => [oid, { bytes: Number(bytes), pages: Number(pages) }]));
  const hasRanges = ({ table, condition }: TableData): boolean =>
    session.serverVersionNum >= TID_RANGE_SCANS_SINCE && table.relkind === "r" && table.accessMethod === "heap" && condition === "";
  return new Map(
    entries.map((entry) => {
      const data = dataOf(entry);
      const { bytes, pages } = byOid.get(data.table.oid) ?? { bytes: 0, pages: 0 };
      return [entry.dumpId, { bytes, pages: hasRanges(data) ? pages : 0 }];
    }),
  );
}
