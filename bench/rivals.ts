import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FoundProgram } from "../test/support/programs.ts";
import { findProgram } from "../test/support/programs.ts";
import type { Command } from "./measure.ts";

/** PostgreSQL's own programs that we are measured against. */
export interface RivalPrograms {
  readonly pgDump: FoundProgram;
  readonly pgRestore: FoundProgram;
}

/** One of those who take turns. */
export interface Contender {
  readonly name: string;
  readonly job: "dump" | "restore";
  readonly ours: boolean;
  /** Its archive: written by a dump, read by a restore. Null when the output is thrown away. */
  readonly archive: string | null;
  /** Dumps from, or restores into, the database of this URL. */
  command(url: string): Command;
}

/** Throws when pg_dump or pg_restore is missing: we print no number of ours without the rival's. */
export async function findRivals(): Promise<RivalPrograms> {
  const [pgDump, pgRestore] = [await findProgram("pg_dump"), await findProgram("pg_restore")];
  if (pgDump === undefined || pgRestore === undefined) {
    throw new Error("no pg_dump and pg_restore on PATH to compare with: install postgresql-client");
  }
  return { pgDump, pgRestore };
}

/** In the order in which they take turns: a restore comes after the dump whose archive it reads. */
export function listContenders(rivals: RivalPrograms, folder: string): readonly Contender[] {
  const stowArchive = join(folder, "pgstow.sql.zst");
  const customArchive = join(folder, "pg_dump.dump");
  const [dump, restore] = [rivals.pgDump.path, rivals.pgRestore.path];
  const dumper = (name: string, ours: boolean, archive: string | null, program: string, args: readonly string[]): Contender => {
    const command = (url: string) => ({
      program,
      args: [...args, ...(archive === null ? [] : ["-f", archive]), "-d", url],
      stdout: "/dev/null",
    });
    return { name, job: "dump", ours, archive, command };
  };
  const restorer = (name: string, ours: boolean, archive: string, program: string, args: readonly string[]): Contender => {
    return {
      name,
      job: "restore",
      ours,
      archive,
      command: (url) => ({ program, args: [...args, "-d", url, archive], stdout: "/dev/null" }),
    };
  };
  const [node, pgstow] = [process.execPath, ourProgram()];
  return [
    dumper(plainRival, false, null, dump, ["-Fp"]),
    dumper("pgstow dump -Fp", true, null, node, [pgstow, "dump", "-Fp"]),
    dumper(customRival, false, customArchive, dump, ["-Fc"]),
    dumper("pgstow dump (stow)", true, stowArchive, node, [pgstow, "dump"]),
    restorer(restoreRival, false, customArchive, restore, ["-1"]),
    restorer("pgstow restore", true, stowArchive, node, [pgstow, "restore"]),
  ];
}

export const plainRival = "pg_dump -Fp";
export const customRival = "pg_dump -Fc";
export const restoreRival = "pg_restore -1";

/** The program as users get it: compiled, under plain node. */
function ourProgram(): string {
  const file = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
  if (!existsSync(file)) throw new Error("there is no dist/cli/main.js: run `npm run build` first");
  return file;
}
