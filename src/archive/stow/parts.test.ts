import { describe, expect, it } from "vitest";
import { partsOf } from "./parts.ts";

const chunks = (...sizes: number[]) => sizes.map((dataBytes) => ({ dataBytes, rows: dataBytes * 2 }));

describe("partsOf", () => {
  it.each([
    [[10, 10, 10, 10], 2, [2, 2]],
    [[10, 10, 10], 2, [2, 1]],
    [[100, 1, 1, 1], 3, [1, 1, 2]],
    [[1, 1, 100], 2, [3]],
    [[5], 4, [1]],
    [[1, 1, 1], 8, [1, 1, 1]],
    [[], 2, []],
  ])("cuts chunks of %j bytes into at most %i runs of %j", (sizes, count, lengths) => {
    const parts = partsOf(chunks(...sizes), count);
    expect(parts.map((part) => part.chunks)).toEqual(lengths);
    let [rows, at] = [0, 0];
    for (const [number, part] of parts.entries()) {
      expect(part).toMatchObject({ number, rowsBefore: rows, chunksBefore: at, rows: part.rawBytes * 2 });
      rows += part.rows;
      at += part.chunks;
    }
    expect(rows).toBe(sizes.reduce((sum, size) => sum + size, 0) * 2);
    expect(at).toBe(sizes.length);
  });
});
