import { existsSync } from "node:fs";
import { runChecked } from "../../test/support/run-program.ts";
import type { Bench } from "../bench.ts";
import { fileOf, pgstow } from "../bench.ts";
import { readContents } from "../databases/contents.ts";
import type { DatabaseSpec } from "../databases/specs.ts";
import type { Contender } from "../trial.ts";

export interface Restorer {
  readonly name: string;
  readonly ours: boolean;
  /** Without `-d`. */
  readonly argv: () => readonly string[];
  readonly archive: string;
  /** The way to the target; straight without it. */
  readonly url?: string;
  /** What the source has, by `readContents`. */
  readonly expected: string;
}

/** One that restores into an empty database, whose contents are compared with the source's after each run. */
export function restorer(bench: Bench, { name, ours, argv, archive, url = bench.databases.targetUrl, expected }: Restorer): Contender {
  return {
    name,
    ours,
    command: () => ({ pipeline: [[...argv(), "-d", url, archive]] }),
    before: () => bench.databases.freshTarget(),
    async after() {
      const found = await readContents(bench.databases.targetUrl);
      if (found !== expected) throw new Error(`restored another database than was dumped: ${firstDifference(found, expected)}`);
      return null;
    },
  };
}

/** A stow archive of a database: that which a dump before left, or a new one. */
export async function stowArchive(bench: Bench, spec: DatabaseSpec, args: readonly string[] = []): Promise<string> {
  const file = stowFile(bench, spec);
  if (!existsSync(file)) {
    const [program = "", ...rest] = pgstow("dump", ...args, "-f", file, "-d", await bench.databases.open(spec));
    await runChecked(program, rest);
  }
  return file;
}

/** The same of pg_dump -Fc. */
export async function customArchive(bench: Bench, spec: DatabaseSpec): Promise<string> {
  const file = customFile(bench, spec);
  if (!existsSync(file)) await runChecked(bench.rivals.path("pg_dump"), ["-Fc", "-f", file, "-d", await bench.databases.open(spec)]);
  return file;
}

export function stowFile(bench: Bench, spec: DatabaseSpec): string {
  return fileOf(bench, `${spec.name}.sql.zst`);
}

export function customFile(bench: Bench, spec: DatabaseSpec): string {
  return fileOf(bench, `${spec.name}.dump`);
}

function firstDifference(found: string, expected: string): string {
  const [there, here] = [found.split("; "), expected.split("; ")];
  const at = there.findIndex((part, i) => part !== here[i]);
  return `${there[at] ?? "nothing"} instead of ${here[at] ?? "nothing"}`;
}
