import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { runProgram } from "../test/support/run-program.ts";
import { ProgramMissing } from "./trial.ts";

/** A program that we are measured against. */
export type RivalName = "psql" | "pg_dump" | "pg_restore" | "zstd";

/** PostgreSQL's own programs, and zstd, from one folder or PATH. */
export class Rivals {
  readonly #paths: ReadonlyMap<RivalName, string>;
  /** Of pg_dump, as in "15.18". */
  readonly version: string;

  constructor(paths: ReadonlyMap<RivalName, string>, version: string) {
    this.#paths = paths;
    this.version = version;
  }

  get major(): number {
    return Number.parseInt(this.version);
  }

  /** Path of one; throws ProgramMissing. Only zstd is one that people may well not have. */
  path(name: RivalName): string {
    const path = this.#paths.get(name);
    if (path === undefined) throw new ProgramMissing(`there is no program ${name} to compare with`, { optional: name === "zstd" });
    return path;
  }
}

/** Throws when there is no pg_dump: its version decides which server is started. */
export async function findRivals(folder: string | undefined): Promise<Rivals> {
  const onPath = (process.env["PATH"] ?? "").split(delimiter).filter((part) => part !== "");
  const paths = new Map<RivalName, string>();
  for (const name of ["psql", "pg_dump", "pg_restore", "zstd"] as const) {
    const path = await findFile(name, folder === undefined || name === "zstd" ? onPath : [folder]);
    if (path !== undefined) paths.set(name, path);
  }
  const pgDump = paths.get("pg_dump");
  if (pgDump === undefined) {
    throw new Error(`no pg_dump ${folder === undefined ? "on PATH" : `in ${folder}`} to compare with: install postgresql-client`);
  }
  const said = await runProgram(pgDump, ["--version"]);
  const version = /\(PostgreSQL\) (\d+(?:\.\d+|\w+))/.exec(said.stdout)?.[1];
  if (version === undefined) throw new Error(`${pgDump} does not say its version`);
  return new Rivals(paths, version);
}

async function findFile(name: string, folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) {
    const path = join(folder, name);
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}
