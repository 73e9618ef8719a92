import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Contest } from "./contest.ts";
import { megabytes, runContest } from "./contest.ts";
import { measuredBy } from "./measure.ts";
import { renderReport } from "./report.ts";
import { findRivals, listContenders } from "./rivals.ts";
import { openBenchServer } from "./server.ts";

const usage = `npm run bench -- [--size 1GB] [--small 100MB|none] [--rounds 3] [--out FOLDER]

Measures pgstow beside pg_dump and pg_restore, in turns, on one server: one of its own of pg_dump's major version, or that of
PGSTOW_BENCH_URL (superuser; databases pgstow_bench_* are made and dropped). Prints a Markdown report, and writes it with all
numbers as JSON to bench/results.`;

interface Plan {
  /** Sizes of databases, the smallest first. */
  readonly sizes: readonly number[];
  readonly rounds: number;
  readonly outFolder: string;
}

try {
  const plan = readPlan();
  if (plan === undefined) console.log(usage);
  else await runBenchmark(plan);
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

function readPlan(): Plan | undefined {
  const text = { type: "string" } as const;
  const { values } = parseArgs({ options: { size: text, small: text, rounds: text, out: text, help: { type: "boolean" } } });
  if (values.help) return undefined;
  const size = readSize(values.size ?? "1GB");
  const small = values.small === "none" ? [] : [readSize(values.small ?? `${String(size / 10)}B`)];
  const rounds = Number(values.rounds ?? 3);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds: not a number of rounds: ${String(values.rounds)}`);
  return {
    sizes: [...small, size].sort((a, b) => a - b),
    rounds,
    outFolder: values.out ?? fileURLToPath(new URL("results", import.meta.url)),
  };
}

function readSize(text: string): number {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)\s*([kMG]?)B$/i.exec(text) ?? [];
  const bytes = Number(number) * ({ k: 1e3, m: 1e6, g: 1e9 }[unit.toLowerCase()] ?? 1);
  if (!(bytes >= 1e6)) throw new Error(`not a size of at least 1MB: ${text} (write 100MB or 1GB)`);
  return bytes;
}

async function runBenchmark(plan: Plan): Promise<void> {
  const rivals = await findRivals();
  const folder = await mkdtemp(join(tmpdir(), "pgstow-bench-files-"));
  const contenders = listContenders(rivals, folder);
  const server = await openBenchServer(rivals.pgDump.major);
  const cleanUp = async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  process.once("SIGINT", () => void cleanUp().finally(() => process.exit(130)));
  try {
    if (server.major > rivals.pgDump.major) {
      throw new Error(`pg_dump ${rivals.pgDump.version} cannot dump a server ${server.version}: give one that is not newer`);
    }
    const conditions = {
      server: `PostgreSQL ${server.version}, ${server.where}`,
      rivals: `pg_dump ${rivals.pgDump.version}, pg_restore ${rivals.pgRestore.version}`,
      node: process.version,
      machine: `${String(cpus().length)} × ${cpus()[0]?.model.trim() ?? "?"}, ${megabytes(totalmem())} of memory, ${process.platform}`,
      rounds: `${String(plan.rounds)}, in turns; medians`,
      "CPU and memory": `of the program alone, by ${measuredBy}`,
      at: new Date().toISOString(),
    };
    const contests: Contest[] = [];
    for (const databaseBytes of plan.sizes) {
      const onStep = (text: string) => console.error(`[${megabytes(databaseBytes)}] ${text}`);
      contests.push(await runContest({ server, contenders, databaseBytes, rounds: plan.rounds, folder, onStep }));
    }
    await publish({ conditions, contests }, plan.outFolder);
  } finally {
    await cleanUp();
  }
}

async function publish(report: Parameters<typeof renderReport>[0], outFolder: string): Promise<void> {
  const markdown = renderReport(report);
  await mkdir(outFolder, { recursive: true });
  const name = join(outFolder, new Date().toISOString().replaceAll(":", "").slice(0, 17));
  await writeFile(`${name}.md`, markdown);
  await writeFile(`${name}.json`, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`${markdown}\nWritten to ${name}.md and .json`);
}
