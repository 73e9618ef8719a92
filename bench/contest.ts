import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { BenchServer } from "./database.ts";
import { checkpoint, createDatabase, dropDatabase, fillBenchDatabase, measureRows } from "./database.ts";
import type { Cost } from "./measure.ts";
import { measure } from "./measure.ts";
import type { Contender } from "./rivals.ts";

/** What one contender needed in each round, for one size of database. */
export interface Result {
  readonly name: string;
  readonly job: "dump" | "restore";
  readonly ours: boolean;
  readonly rounds: readonly Cost[];
  /** Bytes of the archive it wrote; null for a restore and for output thrown away. */
  readonly archiveBytes: number | null;
}

export interface Contest {
  /** Bytes of rows as COPY text, about. */
  readonly databaseBytes: number;
  readonly results: readonly Result[];
}

export interface ContestOptions {
  readonly server: BenchServer;
  readonly contenders: readonly Contender[];
  readonly databaseBytes: number;
  readonly rounds: number;
  readonly folder: string;
  onStep(text: string): void;
}

const source = "pgstow_bench_source";
const target = "pgstow_bench_target";

/** Fills a database, then lets all take turns on it: A B C A B C ... Checks every restore. */
export async function runContest(options: ContestOptions): Promise<Contest> {
  const { server, contenders, databaseBytes, rounds } = options;
  options.onStep(`filling a database with ${megabytes(databaseBytes)} of rows`);
  await fillBenchDatabase(server, source, databaseBytes);
  const costs = new Map<Contender, Cost[]>(contenders.map((contender) => [contender, []]));
  const sizes = new Map<Contender, number>();
  try {
    const expected = await measureRows(server, source);
    for (let round = 1; round <= rounds; round++) {
      for (const contender of contenders) {
        const cost = await runOnce(options, contender, expected);
        costs.get(contender)?.push(cost);
        options.onStep(`round ${String(round)}: ${contender.name}: ${cost.wallSeconds.toFixed(2)} s, peak ${megabytes(cost.peakBytes)}`);
        if (contender.job === "dump" && contender.archive !== null) sizes.set(contender, (await stat(contender.archive)).size);
      }
    }
  } finally {
    await dropDatabase(server, target);
    await dropDatabase(server, source);
    for (const { archive } of contenders) if (archive !== null) await rm(archive, { force: true });
  }
  const results = contenders.map((contender) => {
    const { name, job, ours } = contender;
    return { name, job, ours, rounds: costs.get(contender) ?? [], archiveBytes: sizes.get(contender) ?? null };
  });
  return { databaseBytes, results };
}

async function runOnce(options: ContestOptions, contender: Contender, expected: string): Promise<Cost> {
  const { server, folder } = options;
  const scratchFile = join(folder, "times");
  if (contender.job === "dump") {
    if (contender.archive !== null) await rm(contender.archive, { force: true });
    return measure(contender.command(server.url(source)), scratchFile);
  }
  await createDatabase(server, target);
  await checkpoint(server);
  const cost = await measure(contender.command(server.url(target)), scratchFile);
  const found = await measureRows(server, target);
  if (found !== expected) throw new Error(`${contender.name} restored another database than was dumped: ${found} instead of ${expected}`);
  return cost;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}
