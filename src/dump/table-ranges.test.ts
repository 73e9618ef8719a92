import { describe, expect, test } from "vitest";
import { pageRanges, splitRule } from "./table-ranges.ts";
import type { PageRange } from "./table-ranges.ts";

const MB = 2 ** 20;
const GB = 2 ** 30;

/** A table of so many pages, as many bytes. */
const pages = (count: number) => ({ pages: count, bytes: count * 8192 });

function expectWhole(ranges: readonly PageRange[]): void {
  expect(ranges[0]?.fromPage).toBeNull();
  expect(ranges.at(-1)?.beforePage).toBeNull();
  for (const [at, { range, ranges: count, fromPage, beforePage }] of ranges.entries()) {
    expect([range, count]).toEqual([at, ranges.length]);
    if (at > 0) expect(fromPage).toBe(ranges[at - 1]?.beforePage);
    expect(beforePage ?? Infinity).toBeGreaterThan(fromPage ?? 0);
  }
}

describe("ranges of pages", () => {
  test.each([2, 3, 7, 64, 100, 12_345, 4_294_967_294])("of %i pages leave nothing out and have nothing twice", (count) => {
    for (const jobs of [2, 3, 7]) {
      for (const largerThan of [1, 8192, 100_000, 3 * MB]) {
        const ranges = pageRanges(pages(count), splitRule(pages(count).bytes, jobs, largerThan));
        if (pages(count).bytes > largerThan) expectWhole(ranges);
        else expect(ranges).toEqual([]);
      }
    }
  });

  test("there are none of a table of one page, or none, or that is not to be read in ranges", () => {
    const rule = splitRule(GB, 2, 1);
    expect(pageRanges(pages(1), rule)).toEqual([]);
    expect(pageRanges(pages(0), rule)).toEqual([]);
    expect(pageRanges({ bytes: GB, pages: 0 }, rule)).toEqual([]);
  });

  test("are as many as what is stored out of line asks for", () => {
    expect(pageRanges({ bytes: GB, pages: 1000 }, splitRule(GB, 2)).length).toBe(32);
    expect(pageRanges({ bytes: GB, pages: 10 }, splitRule(GB, 2)).length).toBe(10);
  });
});

describe("unless somebody says how large a table is split", () => {
  const count = (bytes: number, totalBytes: number, jobs: number) =>
    pageRanges({ bytes, pages: bytes / 8192 }, splitRule(totalBytes, jobs)).length;

  test("nothing is on one session, in a small database, or where there are many tables of that size", () => {
    expect(count(GB, GB, 1)).toBe(0);
    expect(count(64 * MB, 64 * MB, 4)).toBe(0);
    expect(count(GB, 100 * GB, 2)).toBe(0);
  });

  test("a large one is cut into several ranges for each session, of some tens of megabytes at least", () => {
    expect(count(500 * MB, 500 * MB, 2)).toBe(16);
    expect(count(GB, 1.5 * GB, 4)).toBe(32);
    expect(count(100 * GB, 100 * GB, 4)).toBe(128);
    expect(count(8000 * GB, 8000 * GB, 2)).toBe(64);
  });
});

test("a size that somebody says is kept to", () => {
  const count = (bytes: number, largerThan: number) => pageRanges({ bytes, pages: bytes / 8192 }, splitRule(GB, 2, largerThan)).length;
  expect(count(10 * MB, 10 * MB)).toBe(0);
  expect(count(11 * MB, 10 * MB)).toBe(3);
  expect(count(GB, Infinity)).toBe(0);
  expect(count(GB, GB - 1)).toBe(32);
  expect(count(GB, 1)).toBe(128);
});
