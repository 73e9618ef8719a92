import { describe, expect, test } from "vitest";

import type { Entry } from "../archive/entry.ts";
import { orderedUnits } from "./ordered-units.ts";

const MEGABYTE = 1 << 20;

/** Tags of the entries in the order of the work, those of one unit joined. */
function order(megabytes: readonly number[], sessions: number): string {
  const entries = megabytes.map((_, at) => ({ tag: `t${at}` }) as Entry);
  const units = orderedUnits(entries, (entry) => (megabytes[entries.indexOf(entry)] ?? 0) * MEGABYTE, sessions);
  return units.map((unit) => unit.entries.map(({ tag }) => tag).join("+")).join(" ");
}

describe("work in the order of the table of contents", () => {
  test("is in that order, whatever the sizes, as long as all sessions have something to do", () => {
    expect(order([5, 30, 20, 40, 25, 30, 35, 12, 14], 2)).toBe("t0 t1 t2 t3 t4 t5 t6 t7 t8");
    expect(order([10, 10, 10, 10], 2)).toBe("t0 t1 t2 t3");
  });

  test("begins with a large table that would be left over for one session", () => {
    expect(order([10, 10, 10, 10, 40], 2)).toBe("t4 t0 t1 t2 t3");
    expect(order([10, 10, 10, 10, 10, 10, 60, 60], 3)).toBe("t7 t6 t0 t1 t2 t3 t4 t5");
  });

  test("does not shift a table that takes longer than all others wherever it stands", () => {
    expect(order([500, 10, 10], 2)).toBe("t0 t1 t2");
  });

  test("takes small neighbours together", () => {
    expect(order([0.2, 0.3, 0.6, 0.1, 9, 0, 0.1], 1)).toBe("t0+t1 t2+t3 t4 t5+t6");
    expect(
      order(
        Array.from({ length: 250 }, () => 0),
        2,
      )
        .split(" ")
        .map((unit) => unit.split("+").length),
    ).toEqual([100, 100, 50]);
  });
});
