import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Bench } from "./bench.ts";
import { checkOurProgram } from "./bench.ts";
import { renderChart } from "./chart.ts";
import { DatabaseShelf } from "./databases/shelf.ts";
import { sizeText } from "./databases/specs.ts";
import { openLatencyProxy } from "./latency-proxy.ts";
import { measuredBy } from "./measure.ts";
import type { Options } from "./options.ts";
import { readOptions, usage } from "./options.ts";
import type { Conditions, Report } from "./report.ts";
import { renderReport } from "./report.ts";
import type { Rivals } from "./rivals.ts";
import { findRivals } from "./rivals.ts";
import { allTrials } from "./rows/all.ts";
import { runTrials } from "./run-trials.ts";
import type { BenchServer } from "./server.ts";
import { openBenchServer } from "./server.ts";
import { withEarlier } from "./with-earlier.ts";

const roundTripMs = 20;

try {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) console.log(usage);
  else process.exitCode = await runBenchmark(options);
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

/** Gives the exit code. */
async function runBenchmark(options: Options): Promise<number> {
  checkOurProgram();
  const rivals = await findRivals(options.rivalBin);
  const trials = allTrials(options.scale);
  const known = trials.flatMap((trial) => trial.rows.map((row) => row.number));
  const strange = options.rows?.find((row) => !known.includes(row));
  if (strange !== undefined) throw new Error(`--rows: there is no row ${String(strange)}`);
  const report = await withBench(rivals, async (bench) => {
    if (bench.server.major > rivals.major) {
      throw new Error(`pg_dump ${rivals.version} cannot dump a server ${bench.server.version}: give one that is not newer`);
    }
    const startedAt = new Date();
    const { outcomes, trials: results } = await runTrials(bench, { trials, rows: options.rows, rounds: options.rounds, onStep });
    return { conditions: describe(options, bench, startedAt), outcomes, trials: results };
  });
  await publish(options.isUsualSize ? withEarlier(await readResults(), report, trials) : report, options.isUsualSize);
  return report.outcomes.some((outcome) => outcome.status === "failed") ? 1 : 0;
}

async function withBench<T>(rivals: Rivals, work: (bench: Bench) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "pgstow-bench-files-"));
  const server = await openBenchServer(rivals.major);
  const databases = new DatabaseShelf(server, onStep);
  const link = await openLatencyProxy(addressOf(server), roundTripMs);
  const cleanUp = async () => {
    await link.close();
    await databases.dropAll().finally(() => server.stop());
    await rm(folder, { recursive: true, force: true });
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void cleanUp().finally(() => process.exit(130)));
  try {
    return await work({ server, databases, rivals, link, folder });
  } finally {
    await cleanUp();
  }
}

function addressOf(server: BenchServer): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(server.url("postgres"));
  return { host: hostname, port: port === "" ? 5432 : Number(port) };
}

function describe({ scale }: Options, { server, rivals }: Bench, startedAt: Date): Conditions {
  const [cpu] = cpus();
  return {
    server: `PostgreSQL ${server.version}, ${server.where}`,
    rivals: `PostgreSQL ${rivals.version}`,
    Node: process.version,
    machine: `${String(cpus().length)} cores, ${cpu?.model.trim() ?? "unknown CPU"}, ${sizeText(totalmem())} of memory, ${process.platform}`,
    size: `${sizeText(scale.bytes)} of rows as COPY text${scale.objects === 1 ? "" : `, ${String(scale.objects)} of the numbers of tables`}`,
    rounds: "in turns; how many, the second table says",
    link: `a proxy of the benchmark with ${String(roundTripMs)} ms round trip and no limit to what is on its way`,
    "measured by": measuredBy,
    date: startedAt.toISOString().slice(0, 16).replace("T", " "),
    "minutes taken": Math.round((Date.now() - startedAt.getTime()) / 60_000),
  };
}

/** What an earlier run of the usual size has written. */
async function readResults(): Promise<Report | null> {
  const text = await readFile(new URL("results.json", import.meta.url), "utf8").catch(() => null);
  return text === null ? null : (JSON.parse(text) as Report);
}

async function publish(report: Report, isUsualSize: boolean): Promise<void> {
  const folder = fileURLToPath(new URL(isUsualSize ? "." : "results/", import.meta.url));
  const stamp = new Date().toISOString().replaceAll(":", "").slice(0, 17);
  const names = isUsualSize
    ? { text: "RESULTS.md", json: "results.json", chart: "chart.svg" }
    : { text: `${stamp}.md`, json: `${stamp}.json`, chart: `${stamp}.svg` };
  await mkdir(folder, { recursive: true });
  const text = renderReport(report, names.chart);
  await writeFile(join(folder, names.text), text);
  await writeFile(join(folder, names.json), `${JSON.stringify(report, null, 2)}\n`);
  const { rivals, machine, date } = report.conditions;
  await writeFile(join(folder, names.chart), renderChart(report.outcomes, [rivals, machine, date].join(" · ")));
  console.log(`${text}\nWritten to ${join(folder, names.text)}, ${names.json} and ${names.chart}`);
}

function onStep(text: string): void {
  console.error(`[${new Date().toISOString().slice(11, 19)}] ${text}`);
}
