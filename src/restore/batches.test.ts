import { describe, expect, it } from "vitest";
import { testEntry } from "../../test/support/entry.ts";
import { type Batch, batchesOf } from "./batches.ts";
import type { RestoreStep } from "./plan.ts";

const sql = (kind: string, text = kind, part: "definition" | "drop" = "definition"): RestoreStep => ({
  type: "sql",
  entry: testEntry(1, { kind }),
  part,
  sql: text,
});
const rows: RestoreStep = { type: "rows", entry: testEntry(2, { data: "rows" }), copy: "COPY" };

const shape = (steps: readonly RestoreStep[]) =>
  [...batchesOf(steps)].map((batch: Batch) => (batch.type === "sql" ? batch.steps.map((step) => step.sql).join(" ") : batch.type));

describe("batchesOf", () => {
  it("puts statements together, between rows", () => {
    expect(shape([sql("TABLE"), sql("VIEW"), rows, sql("SEQUENCE SET"), rows, rows])).toEqual([
      "TABLE VIEW",
      "rows",
      "SEQUENCE SET",
      "rows",
      "rows",
    ]);
  });

  it("leaves alone what reads whole tables, but not its drop", () => {
    expect(shape([sql("TABLE"), sql("INDEX", "i1"), sql("INDEX", "i2"), sql("COMMENT"), sql("TRIGGER")])).toEqual([
      "TABLE",
      "i1",
      "i2",
      "COMMENT TRIGGER",
    ]);
    expect(shape([sql("INDEX", "d1", "drop"), sql("INDEX", "d2", "drop"), sql("TABLE")])).toEqual(["d1 d2 TABLE"]);
  });

  it("keeps batches small in number and size, and loses nothing", () => {
    const steps = Array.from({ length: 250 }, (_, i) => sql("TABLE", String(i)));
    const batches = [...batchesOf(steps)].map((batch) => (batch.type === "sql" ? batch.steps : []));
    expect(batches.map((batch) => batch.length)).toEqual([100, 100, 50]);
    expect(batches.flat()).toEqual(steps);
    expect(shape([sql("FUNCTION", "a"), sql("FUNCTION", "b".repeat(300_000)), sql("FUNCTION", "c")])).toHaveLength(3);
  });
});
