import { describe, expect, test } from "vitest";
import type { Report } from "./report.ts";
import { outcomeOf, ratioRow } from "./row.ts";
import type { Result } from "./trial.ts";
import { withEarlier } from "./with-earlier.ts";

const row = (number: number, suffix: string) =>
  ratioRow({ number, work: "", rival: "", compare: { ours: `pgstow${suffix}`, with: `pg_dump${suffix}` }, atMost: 0.5 });
const trials = [
  { name: "small", rows: [row(1, "")] },
  { name: "large", rows: [row(2, " a"), row(3, " b")] },
];

function result(contender: string, wallSeconds: number): Result {
  const rounds = [{ wallSeconds, cpuSeconds: 1, peakBytes: null }];
  return { contender, ours: contender.startsWith("pgstow"), command: "", rounds, bytes: null, failure: null };
}

function report(date: string, results: Readonly<Record<string, readonly Result[]>>, numbers: readonly number[]): Report {
  const rows = trials.flatMap((trial) => trial.rows.map((one) => ({ trial, one }))).filter(({ one }) => numbers.includes(one.number));
  const outcomes = rows.map(({ trial, one }) => outcomeOf(one, results[trial.name] ?? [], []));
  return { conditions: { date }, outcomes, trials: Object.entries(results).map(([name, of]) => ({ name, results: of })) };
}

describe("a report of some rows", () => {
  const earlier = report(
    "yesterday",
    { large: [result("pgstow a", 1), result("pg_dump a", 4), result("pgstow b", 1), result("pg_dump b", 4)] },
    [2, 3],
  );
  const now = report(
    "today",
    { small: [result("pgstow", 1), result("pg_dump", 1)], large: [result("pgstow a", 3), result("pg_dump a", 4)] },
    [1, 2],
  );
  const merged = withEarlier(earlier, now, trials);

  test("takes the place of earlier ones, and leaves the others", () => {
    expect(merged.outcomes.map(({ number, verdict }) => [number, verdict?.ratio])).toEqual([
      [1, 1],
      [2, 0.75],
      [3, 0.25],
    ]);
    expect(merged.trials.map(({ name, results }) => [name, results.length])).toEqual([
      ["small", 2],
      ["large", 4],
    ]);
    expect(merged.conditions).toEqual({ date: "today", "rows 3": "of yesterday" });
  });

  test("stands alone where there is none", () => {
    expect(withEarlier(null, now, trials)).toBe(now);
  });
});
