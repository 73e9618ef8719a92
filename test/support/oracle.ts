import { PGlite } from "@electric-sql/pglite";
import { pgDump as runPgliteDump } from "@electric-sql/pglite-tools/pg_dump";
import type { ClientProgram } from "./programs.ts";
import { clientEnvironment, findProgram } from "./programs.ts";
import { runChecked } from "./run-program.ts";
import type { TestServer } from "./server.ts";
import { openBlockingWire } from "./wire.ts";

/** Whether this machine has the real pg_dump (or pg_restore, pg_dumpall, psql) of a major, as a program. */
export async function hasProgram(name: ClientProgram, major: number): Promise<boolean> {
  return (await findProgram(name, major)) !== undefined;
}

/** Runs the real program of that major; gives its standard output. Throws with the program's own words when it fails. */
export async function runClient(name: ClientProgram, major: number, args: readonly string[], input?: Uint8Array): Promise<string> {
  const program = await findProgram(name, major);
  if (program === undefined) {
    throw new Error(`no ${name} ${String(major)}: put it on PATH or name it in PGSTOW_${name.toUpperCase()}_${String(major)}`);
  }
  return runChecked(program.path, args, { env: clientEnvironment(), ...(input === undefined ? {} : { input }) });
}

/** What the real pg_dump of a major prints for a database. */
export function pgDump(major: number, url: string, args: readonly string[] = []): Promise<string> {
  return runClient("pg_dump", major, [...args, "-d", url]);
}

/** What the real pg_restore of a major prints (with `-l` or `-f -` among the arguments) or does (with `-d`). */
export function pgRestore(major: number, args: readonly string[], archive?: Uint8Array): Promise<string> {
  return runClient("pg_restore", major, args, archive);
}

/**
 * What the real pg_dump 18 prints for a database of a real server 13 to 18 that asks for no password: npm's WebAssembly build, with
 * its bytes going to that server. It prints rows as INSERT (it cannot be told not to) and no \restrict lines: for schemas, mostly.
 */
export async function wasmPgDump(server: TestServer, database: string, args: readonly string[] = []): Promise<string> {
  const wire = openBlockingWire(server.host, server.port);
  const standIn = {
    execProtocolRawStream(bytes: Uint8Array, { onRawData }: { onRawData: (bytes: Uint8Array) => void }) {
      onRawData(wire.exchange(bytes));
    },
    // The wrapper puts back PGlite's only session as it was; ours is pg_dump's own and ends with it.
    query: () => Promise.resolve({ rows: [{ search_path: "public" }] }),
    exec: () => Promise.resolve([]),
  };
  try {
    const file = await runPgliteDump({ pg: standIn as unknown as PGlite, args: ["-d", database, ...args] });
    return await file.text();
  } finally {
    await wire.close();
  }
}

/** What the real pg_dump 18 prints for a PGlite database that ran this script; rows as INSERT. Needs no server at all. */
export async function pgliteDump(script: string, args: readonly string[] = []): Promise<string> {
  const pg = await PGlite.create();
  try {
    await pg.exec(script);
    const file = await runPgliteDump({ pg, args: [...args] });
    return await file.text();
  } finally {
    await pg.close();
  }
}

/** A dump's text without the two lines that name the versions of server and program. */
export function withoutVersions(text: string): string {
  return text.replace(/^-- Dumped (?:from database|by pg_dump) version .*\n/gm, "");
}

/** A dump's text without the version lines and without the \restrict lines, whose key is made up anew each time. */
export function normalizeDump(text: string): string {
  return withoutVersions(text).replace(/^\\(?:un)?restrict .*\n/gm, "");
}

/** A dump's text without the rows of tables, for programs that write them in another form; the headers stay. */
export function withoutRows(text: string): string {
  return text.replace(/^(-- Data for Name: .*; Type: TABLE DATA; .*\n--\n)[^]*?(?=^--\n-- )/gm, "$1");
}
