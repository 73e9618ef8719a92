import pg from "pg";
import { describe } from "vitest";
import type { Major } from "./majors.ts";
import { wantedMajors } from "./majors.ts";
import { runPsql } from "./programs.ts";
import type { ServerAddress } from "./server-pool.ts";

/** A server that all tests of this run share. Its databases are the tests' own, its roles are everybody's. */
export interface TestServer {
  readonly major: Major;
  readonly host: string;
  readonly port: number;
  /** Folder of the unix socket; null for a server elsewhere. */
  readonly socketDir: string | null;
  readonly origin: ServerAddress["origin"];
  /** URL of one of its databases, as superuser. */
  url(database: string): string;
  /** Makes an empty database under a name of its own that starts with `prefix`; gives the name. Template: template0. */
  createDatabase(prefix: string, options?: { readonly template?: string }): Promise<string>;
  /** Drops it even while somebody is connected. */
  dropDatabase(database: string): Promise<void>;
  /** Runs statements through the simple protocol (no psql needed); gives the rows of the last one. */
  query(database: string, sql: string): Promise<Record<string, unknown>[]>;
  /** Runs a script through the psql on PATH, stopping at the first error; gives its standard output. */
  psql(database: string, script: string | { readonly file: string }): Promise<string>;
}

/**
 * One `describe` for each wanted major, named `NAME, PostgreSQL MAJOR`; a major without a server is skipped under a name that says why.
 * Await it at the top of a test file.
 */
export async function describeOnServers(
  name: string,
  body: (server: TestServer) => void,
  majors: readonly Major[] = wantedMajors(),
): Promise<void> {
  for (const major of majors) {
    const found = await askForServer(major);
    const title = `${name}, PostgreSQL ${String(major)}`;
    if ("missing" in found) describe.skip(`${title} (skipped: ${found.missing})`, () => body(missingServer(major, found.missing)));
    else {
      const server = testServer(found);
      describe(title, () => {
        body(server);
      });
    }
  }
}

async function askForServer(major: Major): Promise<ServerAddress | { readonly missing: string }> {
  const broker = process.env["PGSTOW_TEST_BROKER"];
  if (broker === undefined) throw new Error("no test servers: this runs under vitest with test/support/global-setup.ts");
  const response = await fetch(`${broker}/${String(major)}`);
  if (response.ok) return (await response.json()) as ServerAddress;
  const { message } = (await response.json()) as { message: string };
  // A server that should be there and is not must not pass for one that cannot be.
  if (response.status !== 404) throw new Error(message);
  return { missing: message.split("\n")[0] ?? "" };
}

let databasesMade = 0;

function testServer(address: ServerAddress): TestServer {
  const url = (database: string) => {
    const result = new URL(address.url);
    result.pathname = `/${encodeURIComponent(database)}`;
    return result.href;
  };
  const query = (database: string, sql: string) => runQuery(url(database), sql);
  return {
    major: address.major,
    host: address.host,
    port: address.port,
    socketDir: address.socketDir,
    origin: address.origin,
    url,
    query,
    async createDatabase(prefix, options = {}) {
      const name = `${prefix.slice(0, 40)}_${String(process.pid)}_${String(++databasesMade)}_${Date.now().toString(36)}`;
      await query("postgres", `CREATE DATABASE ${quote(name)} TEMPLATE ${quote(options.template ?? "template0")}`);
      return name;
    },
    async dropDatabase(database) {
      await query("postgres", `DROP DATABASE IF EXISTS ${quote(database)} WITH (FORCE)`);
    },
    psql: (database, script) => runPsql(url(database), script),
  };
}

/** Stands in for a server in tests that are only named, never run. */
function missingServer(major: Major, reason: string): TestServer {
  const fail = () => Promise.reject(new Error(reason));
  return {
    major,
    host: "",
    port: 0,
    socketDir: null,
    origin: "environment",
    url: () => "",
    createDatabase: fail,
    dropDatabase: fail,
    query: fail,
    psql: fail,
  };
}

async function runQuery(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const result: unknown = await client.query(sql);
    const last = (Array.isArray(result) ? result.at(-1) : result) as pg.QueryResult<Record<string, unknown>>;
    return last.rows;
  } finally {
    await client.end();
  }
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
