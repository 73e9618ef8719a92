import { describe, expect, it } from "vitest";
import { testEntry } from "../../test/support/entry.ts";
import type { EntryPart } from "../archive/archive.ts";
import type { Entry } from "../archive/entry.ts";
import { Schedule, type ScheduleFacts, type Task } from "./schedule.ts";

const table = testEntry(1, { tag: "t" });
const rows = testEntry(2, { kind: "TABLE DATA", section: "data", dependencies: [1] });
const key = testEntry(3, { kind: "CONSTRAINT", section: "post-data", dependencies: [1] });
const index = testEntry(4, { kind: "INDEX", section: "post-data", dependencies: [1] });
const other = testEntry(5, { kind: "INDEX", section: "post-data", dependencies: [1] });
const foreign = testEntry(6, { kind: "FK CONSTRAINT", section: "post-data", dependencies: [1, 3] });
const grant = testEntry(7, { kind: "ACL", tag: "TABLE t", section: "none", dependencies: [1] });
const refresh = testEntry(8, { kind: "MATERIALIZED VIEW DATA", section: "post-data", dependencies: [] });
const all = [rows, key, index, other, foreign, grant, refresh];

function scheduleOf(
  entries: readonly Entry[],
  sizes: Readonly<Record<number, number>> = {},
  split: ScheduleFacts["split"] = new Map(),
): Schedule {
  const byId = new Map([table, ...entries].map((entry) => [entry.dumpId, entry]));
  return new Schedule(entries, { byId, dataOfTable: new Map([[1, 2]]), sizeOf: (id) => sizes[id] ?? 0, split });
}

/** Takes all that may run side by side, until nothing more may. */
function takeAll(schedule: Schedule): Task[] {
  const taken: Task[] = [];
  for (let next = schedule.next(); next !== undefined; next = schedule.next()) taken.push(next);
  return taken;
}

describe("Schedule", () => {
  it("makes indexes of a table side by side after its rows, constraints alone, then grants, then refreshes", () => {
    const schedule = scheduleOf(all);
    const rounds: number[][] = [];
    for (let round = takeAll(schedule); round.length > 0; round = takeAll(schedule)) {
      rounds.push(round.map(({ entry }) => entry.dumpId));
      for (const task of round) schedule.done(task);
    }
    expect(rounds).toEqual([[2], [3], [4, 5], [6], [7], [8]]);
  });

  it("starts with the largest table", () => {
    const tables = [11, 12, 13].map((id) => testEntry(id, { kind: "TABLE DATA", section: "data", dependencies: [] }));
    expect(takeAll(scheduleOf(tables, { 11: 5, 12: 50, 13: 7 })).map(({ entry }) => entry.dumpId)).toEqual([12, 13, 11]);
  });

  it("makes keys before indexes, and the dearest of these first", () => {
    const makes = [
      "INDEX a ON s.t USING brin (day)",
      "INDEX b ON s.t USING btree (account) WHERE (account IS NOT NULL)",
      "INDEX c ON s.t USING btree (document)",
      "INDEX d ON s.t USING btree (account, day)",
      "INDEX e ON s.t USING btree (lower(text))",
      "INDEX f ON s.t USING gin (words)",
    ].map((text, at) => testEntry(20 + at, { kind: "INDEX", section: "post-data", dependencies: [1], create: `CREATE ${text};\n` }));
    const unique = testEntry(30, {
      kind: "CONSTRAINT",
      section: "post-data",
      dependencies: [1],
      create: "ALTER TABLE ONLY s.t ADD UNIQUE (c);\n",
    });
    const schedule = scheduleOf([rows, ...makes, unique]);
    const takeRound = () => {
      const round = takeAll(schedule);
      for (const task of round) schedule.done(task);
      return round.map(({ entry }) => entry.dumpId);
    };
    expect([takeRound(), takeRound(), takeRound()]).toEqual([[2], [30], [24, 25, 23, 22, 21, 20]]);
  });

  it("does what waits for each other in its order, instead of waiting for ever", () => {
    const circle = [
      testEntry(1, { kind: "INDEX", section: "post-data", dependencies: [2] }),
      testEntry(2, { kind: "INDEX", section: "post-data", dependencies: [1] }),
    ];
    const schedule = new Schedule(circle, { byId: new Map(), dataOfTable: new Map(), sizeOf: () => 0, split: new Map() });
    const [first] = takeAll(schedule);
    expect(first?.entry.dumpId).toBe(1);
    schedule.done(first!);
    expect(takeAll(schedule).map(({ entry }) => entry)).toEqual([circle[1]]);
  });

  it("hands out the parts of a table side by side, and what hangs on the table after the last of them", () => {
    const part = (number: number): EntryPart => ({ number, rows: 1, rawBytes: 10, rowsBefore: number, chunks: 1, chunksBefore: number });
    const schedule = scheduleOf(all, {}, new Map([[rows, [part(0), part(1), part(2)]]]));
    const parts = takeAll(schedule);
    expect(parts.map((task) => task.part?.number)).toEqual([0, 1, 2]);
    expect(parts.map((task) => schedule.done(task))).toEqual([false, false, true]);
    expect(schedule.next()?.entry).toBe(key);
  });
});
