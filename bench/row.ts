import { median } from "./median.ts";
import type { Result } from "./trial.ts";

/** A line of the report. */
export interface Row {
  readonly number: number;
  readonly work: string;
  readonly rival: string;
  /** Names of the contenders that it needs. */
  readonly needs: readonly string[];
  /** The most that passes. */
  readonly goal: string;
  /** Given the results of its own trial, all without a failure, and of all trials. */
  judge(results: ReadonlyMap<string, Result>, all: readonly Result[]): Verdict;
}

export interface Verdict {
  /** What we needed and what the rival needed, for people. */
  readonly ours: string;
  readonly rival: string;
  /** Ours relative to the rival's; null where there is no rival. */
  readonly ratio: number | null;
  readonly goalRatio: number | null;
  /** As in "0.38". */
  readonly value: string;
  readonly passes: boolean;
  readonly note: string;
}

/** What became of a row: its verdict, or why there is none. */
export interface Outcome {
  readonly number: number;
  readonly work: string;
  readonly rival: string;
  readonly goal: string;
  readonly status: "pass" | "short" | "failed" | "skipped";
  readonly verdict: Verdict | null;
  readonly why: string;
}

export interface RatioRow {
  readonly number: number;
  readonly work: string;
  readonly rival: string;
  /** Names of contenders. */
  readonly compare: { readonly ours: string; readonly with: string };
  readonly atMost: number;
  /** Medians of wall time, or bytes of what was written. */
  readonly by?: "time" | "bytes";
}

/** A row that compares two contenders. */
export function ratioRow({ number, work, rival, compare, atMost, by = "time" }: RatioRow): Row {
  const value = (result: Result) => (by === "bytes" ? (result.bytes ?? Number.NaN) : median(result.rounds.map((cost) => cost.wallSeconds)));
  const show = (amount: number) => (by === "bytes" ? `${(amount / 1e6).toFixed(amount < 1e8 ? 1 : 0)} MB` : `${seconds(amount)} s`);
  return {
    number,
    work,
    rival,
    needs: [compare.ours, compare.with],
    goal: `≤ ${atMost.toFixed(2)}`,
    judge(results) {
      const [ours, theirs] = [resultOf(results, compare.ours), resultOf(results, compare.with)];
      const ratio = value(ours) / value(theirs);
      if (!Number.isFinite(ratio)) throw new Error("nothing to compare was measured");
      const cpu = (result: Result) => `${seconds(median(result.rounds.map((cost) => cost.cpuSeconds)))} s`;
      return {
        ours: show(value(ours)),
        rival: show(value(theirs)),
        ratio,
        goalRatio: atMost,
        value: shownRatio(ratio),
        passes: ratio <= atMost,
        note: by === "time" ? `CPU ${cpu(ours)} and ${cpu(theirs)}` : "",
      };
    },
  };
}

export function outcomeOf(row: Row, results: readonly Result[], all: readonly Result[]): Outcome {
  const { number, work, rival, goal } = row;
  const line = { number, work, rival, goal };
  const byName = new Map(results.map((result) => [result.contender, result]));
  const failure = row.needs.map((name) => byName.get(name)?.failure ?? null).find((found) => found !== null);
  if (failure !== undefined) {
    return { ...line, status: failure.skipped ? "skipped" : "failed", verdict: null, why: failure.message };
  }
  try {
    const verdict = row.judge(byName, all);
    return { ...line, status: verdict.passes ? "pass" : "short", verdict, why: "" };
  } catch (error) {
    return { ...line, status: "failed", verdict: null, why: error instanceof Error ? error.message : String(error) };
  }
}

export function resultOf(results: ReadonlyMap<string, Result>, name: string): Result {
  const result = results.get(name);
  if (result === undefined) throw new Error(`${name} was not measured`);
  return result;
}

function shownRatio(ratio: number): string {
  return ratio.toFixed(3);
}

function seconds(value: number): string {
  return value.toFixed(value < 10 ? 2 : 1);
}
