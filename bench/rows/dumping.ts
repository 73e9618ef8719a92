import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { runChecked } from "../../test/support/run-program.ts";
import type { Bench } from "../bench.ts";
import { pgstow } from "../bench.ts";
import { withClient } from "../databases/sql-client.ts";
import type { Command } from "../measure.ts";
import type { Contender } from "../trial.ts";

export interface Dumper {
  readonly name: string;
  readonly ours: boolean;
  /** File or folder that it makes; what a run left is removed before the next. */
  readonly output: string;
  readonly command: () => Command;
  check?(): Promise<void>;
}

/** One that writes a file or a folder. */
export function dumper(options: Dumper): Contender {
  const { output } = options;
  return {
    name: options.name,
    ours: options.ours,
    command: options.command,
    before: () => rm(output, { recursive: true, force: true }),
    after: () => bytesOf(output),
    check: async () => options.check?.(),
  };
}

/** Our dump of a database to a stow archive; every byte is verified, and the rows are counted. */
export function pgstowDumper(
  name: string,
  output: string,
  source: string,
  args: readonly string[] = [],
  tables?: readonly string[],
): Contender {
  const check = () => checkStowArchive(output, source, tables);
  return dumper({ name, ours: true, output, check, command: () => ({ pipeline: [pgstow("dump", ...args, "-f", output, "-d", source)] }) });
}

/** pg_dump to an archive of its own, which pg_restore can list. */
export function pgDumpDumper(bench: Bench, name: string, output: string, source: string, args: readonly string[]): Contender {
  return dumper({
    name,
    ours: false,
    output,
    command: () => ({ pipeline: [[bench.rivals.path("pg_dump"), ...args, "-f", output, "-d", source]] }),
    async check() {
      const list = await runChecked(bench.rivals.path("pg_restore"), ["-l", output]);
      if (!list.includes("TABLE DATA bench ")) throw new Error(`pg_restore finds no tables' data in ${output}`);
    },
  });
}

async function checkStowArchive(archive: string, source: string, tables: readonly string[] | undefined): Promise<void> {
  const run = ([program = "", ...args]: readonly string[]) => runChecked(program, args);
  await run(pgstow("verify", archive));
  const { rows: found } = JSON.parse(await run(pgstow("inspect", "--json", archive))) as { rows: number };
  const expected = await countRows(source, tables);
  if (found !== expected) throw new Error(`the archive has ${String(found)} rows, the database ${String(expected)}`);
}

function countRows(url: string, wanted: readonly string[] | undefined): Promise<number> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      "SELECT oid::regclass::text AS name FROM pg_class WHERE relnamespace = 'bench'::regnamespace AND relkind = 'r'",
    );
    const tables = rows.map((row) => row.name).filter((name) => wanted?.includes(name) ?? true);
    const counts = tables.map((name) => `SELECT count(*) AS n FROM ${name}`).join(" UNION ALL ");
    const total = await client.query<{ n: string }>(`SELECT sum(n) AS n FROM (${counts}) AS counts`);
    return Number(total.rows[0]?.n);
  });
}

export async function bytesOf(path: string): Promise<number> {
  const found = await stat(path);
  if (!found.isDirectory()) return found.size;
  const sizes = await Promise.all((await readdir(path)).map((name) => bytesOf(join(path, name))));
  return sizes.reduce((sum, size) => sum + size, 0);
}
