import { readFile } from "node:fs/promises";
import pg from "pg";

/** Databases of a server that the benchmark makes and drops by itself; names start with `pgstow_bench`. */
export interface BenchServer {
  /** As in "15.18". */
  readonly version: string;
  readonly major: number;
  readonly where: string;
  /** URL of one of its databases, as superuser. */
  url(database: string): string;
  stop(): Promise<void>;
}

/** Makes an empty database, in place of one of the same name. */
export async function createDatabase(server: BenchServer, name: string): Promise<void> {
  await onDatabase(server, "postgres", async (client) => {
    await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`);
  });
}

export async function dropDatabase(server: BenchServer, name: string): Promise<void> {
  await onDatabase(server, "postgres", (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
}

/** So that no run pays for the writes of the one before it. */
export async function checkpoint(server: BenchServer): Promise<void> {
  await onDatabase(server, "postgres", (client) => client.query("CHECKPOINT"));
}

/** Makes a database with about so many bytes of rows as COPY text (1 MB is 10^6 bytes); the same size gives the same rows. */
export async function fillBenchDatabase(server: BenchServer, name: string, bytes: number): Promise<void> {
  await createDatabase(server, name);
  const script = await readFile(new URL("database.sql", import.meta.url), "utf8");
  await onDatabase(server, name, async (client) => {
    await client.query(
      `SET bench.megabytes = '${String(bytes / 1e6)}'; SET jit = off; SET TimeZone = 'UTC'; SET maintenance_work_mem = '256MB'`,
    );
    await client.query(script);
    // Settles hint bits and statistics once, for everybody.
    await client.query("VACUUM (ANALYZE)");
  });
}

/** Counts of a database that show a restore to be whole, and its size as COPY text. */
export async function measureRows(server: BenchServer, name: string): Promise<string> {
  return onDatabase(server, name, async (client) => {
    const { rows } = await client.query<{ counts: string }>(
      `SELECT concat_ws(' ', (SELECT count(*) FROM bench.readings), (SELECT sum(id) FROM bench.accounts), (SELECT sum(length(body)) FROM bench.documents),
        (SELECT sum(amount) FROM bench.bookings), (SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = 'bench'::regnamespace),
        (SELECT count(*) FROM pg_constraint WHERE connamespace = 'bench'::regnamespace AND convalidated)) AS counts`,
    );
    return rows[0]?.counts ?? "";
  });
}

async function onDatabase<T>(server: BenchServer, name: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: server.url(name) });
  // A lost connection fails the query that runs; nobody needs to hear of it twice.
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
