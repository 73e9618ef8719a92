import type { Bench, Scale } from "../bench.ts";
import { pgstow } from "../bench.ts";
import { readContents } from "../databases/contents.ts";
import type { DatabaseSpec } from "../databases/specs.ts";
import { bigTables, sizeText } from "../databases/specs.ts";
import { median } from "../median.ts";
import type { Row } from "../row.ts";
import { resultOf } from "../row.ts";
import type { Contender, Result, Trial } from "../trial.ts";
import { pgstowDumper } from "./dumping.ts";
import { restorer, stowFile } from "./restoring.ts";

const peakBytesMax = 200e6;
/** "Flat" for a database twenty times as large leaves room for what the garbage collector does. */
const growthMax = 1.15;

/** What our process needs, of all rows, and for a small and a large database. */
export function memoryTrials({ bytes }: Scale): readonly Trial[] {
  const [small, large] = [bigTables(bytes / 10), bigTables(bytes * 2)];
  const sizes = [sizeText(bytes / 10), sizeText(bytes * 2)] as const;
  return [
    {
      name: `memory for ${sizes[0]} and for ${sizes[1]}`,
      uses: [small, large],
      rows: [memoryRow(sizes)],
      roundsMax: 3,
      async open(bench) {
        return [...(await dumpAndRestore(bench, small, sizes[0])), ...(await dumpAndRestore(bench, large, sizes[1]))];
      },
    },
  ];
}

const nameOf = (job: "dump" | "restore", size: string) => `pgstow ${job} of ${size}`;

async function dumpAndRestore(bench: Bench, spec: DatabaseSpec, size: string): Promise<readonly Contender[]> {
  const url = await bench.databases.open(spec);
  const archive = stowFile(bench, spec);
  return [
    pgstowDumper(nameOf("dump", size), archive, url),
    restorer(bench, {
      name: nameOf("restore", size),
      ours: true,
      argv: () => pgstow("restore"),
      archive,
      expected: await readContents(url),
    }),
  ];
}

function memoryRow(sizes: readonly [string, string]): Row {
  const jobs = ["dump", "restore"] as const;
  return {
    number: 11,
    work: "peak memory of our process, any of these",
    rival: "",
    needs: jobs.flatMap((job) => sizes.map((size) => nameOf(job, size))),
    goal: `≤ ${String(peakBytesMax / 1e6)} MB, flat`,
    judge(results, all) {
      const peak = Math.max(...all.filter((result) => result.ours).map(highestPeak));
      const growths = jobs.map((job) => {
        const [low, high] = sizes.map((size) => medianPeak(resultOf(results, nameOf(job, size))));
        return { job, growth: (high ?? Number.NaN) / (low ?? Number.NaN) };
      });
      if (!Number.isFinite(peak) || peak <= 0) throw new Error("memory is not measured on this system");
      return {
        ours: `${(peak / 1e6).toFixed(0)} MB`,
        rival: "",
        ratio: null,
        goalRatio: null,
        value: `${(peak / 1e6).toFixed(0)} MB`,
        passes: peak <= peakBytesMax && growths.every(({ growth }) => growth <= growthMax),
        note: `${sizes[1]} beside ${sizes[0]}: ${growths.map(({ job, growth }) => `${job} ${growth.toFixed(2)} ×`).join(", ")} (flat: at most ${String(growthMax)} ×)`,
      };
    },
  };
}

function highestPeak(result: Result): number {
  return Math.max(0, ...result.rounds.map((cost) => cost.peakBytes ?? 0));
}

function medianPeak(result: Result): number {
  return median(result.rounds.map((cost) => cost.peakBytes ?? Number.NaN));
}
