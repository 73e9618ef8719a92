import { describe, expect, it, vi } from "vitest";
import type { Progress } from "../core/progress.ts";
import { createProgressDisplay, describeProgress, progressMode } from "./progress-display.ts";

const step: Progress = {
  phase: "data",
  entry: "TABLE DATA public.t",
  entriesDone: 3,
  entriesTotal: 12,
  rows: 12345,
  rawBytes: 250_000_000,
  rawBytesTotal: 1_000_000_000,
};

function display(mode: "line" | "json" | "none") {
  const written: string[] = [];
  const clock = { ms: 0 };
  const shown = createProgressDisplay({ mode, write: (text) => written.push(text), columns: () => 200, now: () => clock.ms });
  return { shown, written, clock };
}

describe("describeProgress", () => {
  it("shows bytes, rows, rate and time left", () => {
    expect(describeProgress(step, 10)).toBe("copying rows  250 MB of 1.0 GB (25%)  12,345 rows  25 MB/s  30s left  TABLE DATA public.t");
  });

  it("shows no share of a total that is unknown, or was estimated too low", () => {
    expect(describeProgress({ ...step, rawBytesTotal: 1000 }, 10)).toBe("copying rows  250 MB  12,345 rows  25 MB/s  TABLE DATA public.t");
    expect(describeProgress({ ...step, rawBytesTotal: 0 }, 10)).toBe("copying rows  250 MB  12,345 rows  25 MB/s  TABLE DATA public.t");
  });

  it("counts entries while there are no bytes", () => {
    expect(describeProgress({ ...step, phase: "restore", rawBytes: 0, rows: 0 }, 1)).toBe(
      "restoring  3 of 12 entries  TABLE DATA public.t",
    );
  });

  it("lets no name control the terminal", () => {
    expect(describeProgress({ ...step, entry: "TABLE a\u001b[2Jb" }, 1)).not.toContain("\u001b");
  });
});

describe("createProgressDisplay", () => {
  it("writes over one line, not too often, and takes it away", () => {
    const { shown, written, clock } = display("line");
    shown.sink(step);
    clock.ms = 50;
    shown.sink(step);
    clock.ms = 150;
    shown.sink(step);
    shown.close();
    shown.close();
    expect(written).toHaveLength(3);
    expect(written[0]).toBe(`\r${describeProgress(step, 0)}\u001b[K`);
    expect(written[2]).toBe("\r\u001b[K");
  });

  it("writes JSON lines, the last one too", () => {
    const { shown, written, clock } = display("json");
    shown.sink(step);
    clock.ms = 10;
    shown.sink({ ...step, rows: 99 });
    shown.close();
    expect(written.map((line) => JSON.parse(line) as unknown)).toEqual([
      { ...step, seconds: 0 },
      { ...step, rows: 99, seconds: 0.01 },
    ]);
  });

  it("shows what came too soon when it is time, though nothing follows", () => {
    vi.useFakeTimers();
    try {
      const { shown, written } = display("line");
      shown.sink(step);
      shown.sink({ ...step, rows: 99 });
      expect(written).toHaveLength(1);
      vi.advanceTimersByTime(100);
      expect(written[1]).toContain("99 rows");
      shown.sink(step);
      shown.close();
      vi.advanceTimersByTime(1000);
      expect(written).toHaveLength(3);
    } finally {
      vi.useRealTimers();
    }
  });

  it("is silent when nobody looks", () => {
    const { shown, written } = display("none");
    shown.sink(step);
    shown.close();
    expect(written).toEqual([]);
  });
});

describe("progressMode", () => {
  it("is a line on a terminal only", () => {
    expect([progressMode(undefined, true), progressMode("auto", false), progressMode("json", false)]).toEqual(["line", "none", "json"]);
  });

  it("refuses what it does not know", () => {
    expect(() => progressMode("bar", true)).toThrow('invalid value "bar" for option --progress');
  });
});
