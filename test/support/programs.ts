import { stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { runChecked, runProgram } from "./run-program.ts";

/** PostgreSQL's own client programs, where this machine has them. */
export type ClientProgram = "pg_dump" | "pg_restore" | "pg_dumpall" | "psql";

export interface FoundProgram {
  readonly path: string;
  readonly major: number;
  /** As in "15.18". */
  readonly version: string;
}

const found = new Map<string, Promise<FoundProgram | undefined>>();

/**
 * The program of a wanted major, from PGSTOW_PG_DUMP_15 (PGSTOW_PSQL_15, ...), Debian's folder of that major, or PATH; without a major,
 * any that PATH has. Undefined when there is none.
 */
export function findProgram(name: ClientProgram, major?: number): Promise<FoundProgram | undefined> {
  const key = `${name} ${String(major)}`;
  let answer = found.get(key);
  if (answer === undefined) found.set(key, (answer = lookForProgram(name, major)));
  return answer;
}

async function lookForProgram(name: ClientProgram, major: number | undefined): Promise<FoundProgram | undefined> {
  const candidates = (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, name));
  if (major !== undefined) {
    candidates.unshift(`/usr/lib/postgresql/${String(major)}/bin/${name}`);
    const variable = process.env[`PGSTOW_${name.toUpperCase()}_${String(major)}`];
    if (variable) candidates.unshift(variable);
  }
  for (const path of candidates) {
    const exists = await stat(path).then(
      (file) => file.isFile(),
      () => false,
    );
    if (!exists) continue;
    const said = await runProgram(path, ["--version"]);
    const version = /\(PostgreSQL\) (\d+(?:\.\d+|\w+))/.exec(said.stdout)?.[1];
    if (version === undefined) continue;
    if (major === undefined || Number.parseInt(version) === major) return { path, version, major: Number.parseInt(version) };
  }
  return undefined;
}

/** Runs a script in a database through psql, stopping at the first error; gives psql's standard output. */
export async function runPsql(url: string, script: string | { readonly file: string }): Promise<string> {
  const psql = await findProgram("psql");
  if (psql === undefined) throw new Error("no psql on PATH: install postgresql-client");
  const args = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url];
  if (typeof script !== "string") return runChecked(psql.path, [...args, "-f", script.file], { env: clientEnvironment() });
  return runChecked(psql.path, [...args, "-f", "-"], { input: script, env: clientEnvironment() });
}

/** Without the PG* variables of whoever runs the tests. */
export function clientEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^PG[A-Z]+$/.test(name)));
}
