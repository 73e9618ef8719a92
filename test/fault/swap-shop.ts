import { randomBytes } from "node:crypto";
import { dump } from "../../src/index.ts";
import { isKeptOf, isStagingOf } from "../../src/restore/swap/names.ts";
import { pgDump, wasmPgDump } from "../support/oracle.ts";
import type { TestServer } from "../support/server.ts";

/** Accounts whose balances add up to 1000 in the archive ("new") and to 77 in the database that it replaces ("old"). */
const accounts = (sum: number) => `
  CREATE TABLE account (id integer PRIMARY KEY, balance integer NOT NULL CHECK (balance >= 0), note text);
  INSERT INTO account SELECT i, CASE i WHEN 1 THEN ${String(sum)} ELSE 0 END, repeat(md5(i::text), 8) FROM generate_series(1, 2000) AS i;
  CREATE TABLE entry (id integer PRIMARY KEY, account integer REFERENCES account);
  INSERT INTO entry SELECT i, i FROM generate_series(1, 100) AS i;
  CREATE INDEX entry_account ON entry (account);
  CREATE VIEW total AS SELECT sum(balance)::integer AS sum, count(*)::integer AS rows FROM account;`;

export const OLD = { sum: 77, rows: 2000 };
export const NEW = { sum: 1000, rows: 2000 };

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Names that nobody else has; `suffix` is for odd characters. */
export function uniqueName(prefix: string, suffix = ""): string {
  return `${prefix}_${randomBytes(4).toString("hex")}${suffix}`;
}

/** Makes the old database under this name. */
export async function createTarget(server: TestServer, name: string, options = ""): Promise<void> {
  await server.query("postgres", `CREATE DATABASE ${quoted(name)} TEMPLATE template0 ${options}`);
  await server.query(name, accounts(OLD.sum));
}

/** Writes an archive of the new database. */
export async function writeNewArchive(server: TestServer, file: string, format?: "custom"): Promise<void> {
  const source = await server.createDatabase("swap_source");
  try {
    await server.query(source, accounts(NEW.sum));
    await dump({ connection: server.url(source), file, force: true, ...(format === undefined ? {} : { format }) });
  } finally {
    await server.dropDatabase(source);
  }
}

export async function totalIn(server: TestServer, name: string): Promise<unknown> {
  const [row] = await server.query(name, "SELECT sum, rows FROM total");
  return row;
}

async function databasesLike(server: TestServer, belongs: (name: string) => boolean): Promise<string[]> {
  const rows = await server.query("postgres", "SELECT datname::text AS name FROM pg_database ORDER BY 1");
  return rows.map((row) => String(row["name"])).filter(belongs);
}

/** Databases that swaps of the target have not cleared away. */
export function stagingOf(server: TestServer, target: string): Promise<string[]> {
  return databasesLike(server, (name) => isStagingOf(target, name));
}

export function keptOf(server: TestServer, target: string): Promise<string[]> {
  return databasesLike(server, (name) => isKeptOf(target, name));
}

/** Drops the target and all that swaps have made of it. */
export async function dropAll(server: TestServer, target: string): Promise<void> {
  for (const name of [target, ...(await stagingOf(server, target)), ...(await keptOf(server, target))]) {
    await server.query("postgres", `UPDATE pg_database SET datistemplate = false WHERE datname = '${name.replaceAll("'", "''")}'`);
    await server.dropDatabase(name);
  }
}

/** What the real pg_dump says of the database and its definitions. */
export function definitions(server: TestServer, name: string): Promise<string> {
  if (server.major <= 15) return pgDump(15, server.url(name), ["-C", "-s", "--restrict-key=k"]);
  return wasmPgDump(server, name, ["-C", "-s"]);
}

/** What pg_dump leaves out: the row of pg_database but for its identity, and settings of roles. */
export async function attributes(server: TestServer, name: string): Promise<unknown> {
  const [row] = await server.query(
    "postgres",
    `SELECT to_jsonb(d) - '{oid,datname,datfrozenxid,datminmxid,dathasloginevt}'::text[] AS database,
      (SELECT jsonb_agg(jsonb_build_array(setrole, setconfig) ORDER BY setrole) FROM pg_db_role_setting WHERE setdatabase = d.oid) AS settings
    FROM pg_database d WHERE datname = '${name.replaceAll("'", "''")}'`,
  );
  return row;
}
