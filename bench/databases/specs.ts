import { readFile } from "node:fs/promises";
import type pg from "pg";

/** A database of the benchmark: how it is called and filled. */
export interface DatabaseSpec {
  /** After `pgstow_bench_`. */
  readonly name: string;
  /** For people, as in "1 GB in four tables". */
  readonly title: string;
  fill(client: pg.Client): Promise<void>;
}

/** So many bytes of rows as COPY text (1 MB is 10^6 bytes), a quarter of it in each of four shapes of table, with foreign keys. */
export function bigTables(bytes: number): DatabaseSpec {
  const quarter = bytes / 4;
  return {
    name: `big_${String(Math.round(bytes / 1e6))}`,
    title: `${sizeText(bytes)} in four tables`,
    async fill(client) {
      await fillBigTables(client, { readings: quarter, accounts: quarter, documents: quarter, bookings: quarter });
      await client.query(await readScript("foreign-keys.sql"));
    },
  };
}

/** One table, bench.bookings, of so many bytes as COPY text; three small ones bring its share down to 85 %. */
export function dominantTable(bytes: number): DatabaseSpec {
  const others = ((bytes / 0.85) * 0.15) / 3;
  return {
    name: "dominant",
    title: `${sizeText(bytes)} in one table, ${sizeText(3 * others)} in three`,
    fill: (client) => fillBigTables(client, { readings: others, accounts: others, documents: others, bookings: bytes }),
  };
}

export interface ObjectCounts {
  readonly tables: number;
  readonly functions?: number;
  readonly views?: number;
  readonly rowsPerTable?: number;
  /** Comments, grants and triggers. */
  readonly extras?: boolean;
}

/** Tables with keys, defaults, checks, indexes and foreign keys, and functions and views beside them. */
export function manyObjects(
  name: string,
  { tables, functions = 0, views = 0, rowsPerTable = 0, extras = true }: ObjectCounts,
): DatabaseSpec {
  const parts = [
    `${count(tables)} tables`,
    ...(rowsPerTable > 0 ? [`of ${String(rowsPerTable)} rows`] : []),
    ...(functions > 0 ? [`${count(functions)} functions`] : []),
    ...(views > 0 ? [`${count(views)} views`] : []),
  ];
  return {
    name,
    title: parts.join(", ").replace(", of", " of"),
    async fill(client) {
      await client.query(await readScript("many-objects.sql"));
      await repeat(client, tables, `CALL pg_temp.make_table(n, ${String(rowsPerTable)}, ${String(extras)})`);
      await repeat(client, functions, "CALL pg_temp.make_function(n)");
      await repeat(client, views, "CALL pg_temp.make_view(n)");
    },
  };
}

async function fillBigTables(client: pg.Client, bytes: Readonly<Record<string, number>>): Promise<void> {
  const settings = Object.entries(bytes).map(([shape, size]) => `SET bench.${shape} = '${String(size / 1e6)}';`);
  await client.query(`${settings.join("")} SET jit = off; SET TimeZone = 'UTC'; SET maintenance_work_mem = '256MB'`);
  await client.query(await readScript("big-tables.sql"));
}

/** Transactions of a hundred, for a transaction keeps a lock on all that it makes. */
async function repeat(client: pg.Client, times: number, statement: string): Promise<void> {
  for (let first = 1; first <= times; first += 100) {
    const last = Math.min(times, first + 99);
    await client.query(`DO $$BEGIN FOR n IN ${String(first)}..${String(last)} LOOP ${statement}; END LOOP; END$$`);
  }
}

function readScript(name: string): Promise<string> {
  return readFile(new URL(name, import.meta.url), "utf8");
}

export function sizeText(bytes: number): string {
  if (bytes >= 1e9) return `${Number((bytes / 1e9).toFixed(2)).toString()} GB`;
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

function count(number: number): string {
  return number.toLocaleString("en");
}
