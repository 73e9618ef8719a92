import { describe, expect, test } from "vitest";
import type { Contest, Result } from "./contest.ts";
import { renderReport } from "./report.ts";

/** Rounds that differ: the median shall count. */
function result(name: string, seconds: readonly number[], options: Partial<Result> & { readonly peakBytes?: number } = {}): Result {
  const { peakBytes = 50e6, ...rest } = options;
  const rounds = seconds.map((wallSeconds) => ({ wallSeconds, cpuSeconds: wallSeconds / 2, peakBytes }));
  return { name, job: "dump", ours: false, rounds, archiveBytes: null, ...rest };
}

function contest(databaseBytes: number, stowSeconds: readonly number[], stowPeakBytes: number): Contest {
  return {
    databaseBytes,
    results: [
      result("pg_dump -Fp", [2, 1, 9]),
      result("pg_dump -Fc", [8, 8, 8], { archiveBytes: 30e6 }),
      result("pgstow dump (stow)", stowSeconds, { ours: true, archiveBytes: 25e6, peakBytes: stowPeakBytes }),
      result("pg_restore -1", [4, 4, 4], { job: "restore" }),
      result("pgstow restore", [4, 5, 4], { job: "restore", ours: true }),
    ],
  };
}

describe("renderReport", () => {
  const report = renderReport({
    conditions: { server: "PostgreSQL 15.18" },
    contests: [contest(1e8, [2, 2, 2], 60e6), contest(1e9, [3, 1, 3], 90e6)],
  });
  const row = (name: string) =>
    report
      .split("\n")
      .findLast((line) => line.startsWith(`| ${name}`))
      ?.split("|")
      .map((cell) => cell.trim());

  test("compares medians of wall time with the rival's of the same job and size", () => {
    expect(row("**pgstow dump (stow)**")?.slice(2, -1)).toEqual(["3.00", "1.50", "90 MB", "25 MB", "2.5 %", "1.50 ×", "0.38 ×", ""]);
    expect(row("**pgstow restore**")?.slice(-4, -1)).toEqual(["", "", "1.00 ×"]);
  });

  test("says which targets are met, of the largest database", () => {
    expect(report).toContain("- **missed**: pgstow dump (stow): at most 1.15 × the time of pg_dump -Fp: 1.50 ×");
    expect(report).toContain("- met: pgstow restore: at most 1.1 × the time of pg_restore -1: 1.00 ×");
    expect(report).toContain("- met: pgstow dump (stow): peak memory at most 200 MB: 90 MB");
    expect(report).toContain("- **missed**: pgstow dump (stow): the same peak memory for 100 MB and 1000 MB (at most 1.15 ×): 1.50 ×");
  });

  test("refuses to print a number of ours without the rival's", () => {
    const alone: Contest = { databaseBytes: 1e8, results: [result("pgstow dump (stow)", [1], { ours: true })] };
    expect(() => renderReport({ conditions: {}, contests: [alone] })).toThrow("nothing measured for pg_dump -Fp");
  });
});
