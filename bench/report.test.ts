import { describe, expect, test } from "vitest";
import { renderChart } from "./chart.ts";
import { renderReport } from "./report.ts";
import type { Row } from "./row.ts";
import { outcomeOf, ratioRow } from "./row.ts";
import type { Result } from "./trial.ts";

/** Rounds that differ: the median shall count. */
function result(contender: string, seconds: readonly number[], rest: Partial<Result> = {}): Result {
  const rounds = seconds.map((wallSeconds) => ({ wallSeconds, cpuSeconds: wallSeconds / 2, peakBytes: 50e6 }));
  return { contender, ours: contender.startsWith("pgstow"), command: contender, rounds, bytes: null, failure: null, ...rest };
}

const compare = { ours: "pgstow dump", with: "pg_dump" };
const timeRow = ratioRow({ number: 2, work: "dump 1 GB", rival: "pg_dump -Fc", compare, atMost: 0.4 });
const sizeRow = ratioRow({ number: 12, work: "archive size", rival: "pg_dump -Fc", compare, atMost: 0.95, by: "bytes" });
const results = [result("pgstow dump", [2, 1, 9], { bytes: 90e6 }), result("pg_dump", [5, 6, 5], { bytes: 100e6 })];
const outcome = (row: Row, of: readonly Result[] = results) => outcomeOf(row, of, of);

describe("a row", () => {
  test("compares medians with its goal", () => {
    expect(outcome(timeRow)).toMatchObject({ status: "pass", verdict: { ratio: 0.4, value: "0.400", ours: "2.00 s", rival: "5.00 s" } });
    expect(outcome(timeRow, [result("pgstow dump", [3, 1, 9]), result("pg_dump", [5, 6, 5])]).status).toBe("short");
  });

  test("compares what was written", () => {
    expect(outcome(sizeRow)).toMatchObject({ status: "pass", verdict: { value: "0.900", ours: "90.0 MB" } });
  });

  test("has no number of ours without the rival's", () => {
    expect(outcome(timeRow, [result("pgstow dump", [1])])).toMatchObject({
      status: "failed",
      verdict: null,
      why: "pg_dump was not measured",
    });
    const failure = { message: "no zstd here", skipped: true };
    const skipped = outcome(timeRow, [result("pgstow dump", [1]), result("pg_dump", [], { failure })]);
    expect(skipped).toMatchObject({ status: "skipped", verdict: null, why: "no zstd here" });
  });
});

describe("renderReport", () => {
  const failed = outcome(timeRow, [
    result("pgstow dump", [], { failure: { message: "it\ncrashed", skipped: false } }),
    result("pg_dump", [5]),
  ]);
  const trials = [{ name: "dump of 1 GB", results: [...results, result("a | b", [1])] }];
  const report = renderReport(
    { conditions: { server: "PostgreSQL 15.18" }, outcomes: [outcome(timeRow), outcome(sizeRow), failed], trials },
    "c.svg",
  );
  const line = (start: string) => report.split("\n").find((text) => text.startsWith(start));

  test("says of each row whether it passes", () => {
    expect(line("| 2 |")).toBe("| 2 | dump 1 GB | pg_dump -Fc | 2.00 s | 5.00 s | 0.400 | ≤ 0.40 | ✓ pass | CPU 1.00 s and 2.50 s |");
    expect(report).toContain("| 2 | dump 1 GB | pg_dump -Fc |  |  |  | ≤ 0.40 | failed |  |");
    expect(report).toContain("- row 2 failed: it crashed");
  });

  test("shows every program's median and range", () => {
    expect(line("| dump of 1 GB | **pgstow dump**")).toBe(
      "| dump of 1 GB | **pgstow dump** | 3 | 2.00 (1.00–9.00) | 1.00 (0.50–4.50) | 50 MB | 90.0 MB |",
    );
    expect(report).toContain(String.raw`| a \| b |`);
  });

  test("says where it was measured, and shows the chart", () => {
    expect(report).toContain("- server: PostgreSQL 15.18");
    expect(report).toContain("](c.svg)");
  });
});

describe("renderChart", () => {
  const slower = outcome(timeRow, [result("pgstow dump", [7.5]), result("pg_dump", [5])]);
  const skipped = outcome(timeRow, [result("pgstow dump", [1]), result("pg_dump", [], { failure: { message: "", skipped: true } })]);
  const memory = {
    ...outcome(timeRow),
    rival: "",
    work: "peak memory",
    verdict: { ...outcome(timeRow).verdict!, ratio: null, value: "143 MB" },
  };
  const chart = renderChart([outcome(timeRow), slower, skipped, memory], "a <machine> & more");

  test("has a bar, a value and a goal for each row that was compared", () => {
    expect(chart.match(/<rect class="(pass|short)"[^>]* height="18"/g)).toHaveLength(2);
    expect([...chart.matchAll(/class="value"[^>]*>([^<]+)</g)].map(([, text]) => text)).toEqual(["0.4", "1.5"]);
    // One for each bar, and one in the legend.
    expect(chart.match(/class="goal"/g)).toHaveLength(3);
    expect(chart).toContain(">skipped<");
  });

  test("bars begin at the rival and end further left the faster ours is", () => {
    const [rival] = /class="rival" x1="([\d.]+)"/.exec(chart)?.slice(1).map(Number) ?? [];
    const bars = [...chart.matchAll(/<rect class="(?:pass|short)" x="([\d.]+)" y="[\d.]+" width="([\d.]+)" height="18"/g)];
    const [fast, slow] = bars.map(([, x, width]) => [Number(x), Number(x) + Number(width)] as const);
    expect(fast?.[1]).toBeCloseTo(rival ?? Number.NaN, 0);
    expect(slow?.[0]).toBeCloseTo(rival ?? Number.NaN, 0);
    expect(fast?.[0]).toBeLessThan(rival ?? Number.NaN);
    expect(slow?.[1]).toBeGreaterThan(rival ?? Number.NaN);
  });

  test("tells the row without a rival in words, and is well-formed", () => {
    expect(chart).toContain(">peak memory: 143 MB<");
    expect(chart).toContain(">a &lt;machine&gt; &amp; more<");
    expect(chart.match(/<text/g)?.length).toBe(chart.match(/<\/text>/g)?.length);
    expect(chart).not.toMatch(/NaN|undefined|null/);
  });
});
