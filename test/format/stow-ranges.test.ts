import { spawnSync } from "node:child_process";
import { setImmediate as turn } from "node:timers/promises";

import { describe, expect, test } from "vitest";

import type { ArchiveWriter, EntryData, RowBatch } from "../../src/archive/archive.ts";
import { openArchive } from "../../src/archive/open.ts";
import { readEnd } from "../../src/archive/stow/end.ts";
import { openStowWriter } from "../../src/archive/stow/writer.ts";
import type { StowWriterOptions } from "../../src/archive/stow/writer.ts";
import { memoryAccess, memorySink } from "../../src/store/memory.ts";
import type { MemorySink } from "../../src/store/memory.ts";
import { entryOf, metadataOf, rowsOf, scriptOf } from "./material.ts";
import { plainText, smallContent, smallEntries } from "./small-archive.ts";

const hasZstd = spawnSync("zstd", ["--version"]).status === 0;
const needsZstd = hasZstd ? "" : " (skipped: there is no zstd on PATH)";

const table = smallEntries[5] ?? entryOf({ kind: "" });
const other = smallEntries[6] ?? entryOf({ kind: "" });
const COPY = "COPY public.t (a, b) FROM stdin;\n";

const rows = (range: number, count: number): string[] => Array.from({ length: count }, (_, at) => `${range}\trow ${at}\n`);

/** Numbers that look like any, and are the same each time. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
}

/** The same data, each batch after some other things had their turn. */
function slowly(data: EntryData, turnsBefore: () => number): EntryData {
  if (data.type !== "rows") throw new Error("not rows");
  const { batches } = data;
  const late = async function* (): AsyncGenerator<RowBatch> {
    for await (const batch of batches) {
      for (let left = turnsBefore(); left > 0; left--) await turn();
      yield batch;
    }
    for (let left = turnsBefore(); left > 0; left--) await turn();
  };
  return { type: "rows", batches: late() };
}

async function open(options: Partial<StowWriterOptions> = {}): Promise<{ writer: ArchiveWriter; sink: MemorySink }> {
  const sink = memorySink();
  const common = { metadata: metadataOf(), script: scriptOf(), entries: smallEntries, workers: 1, chunkBytesMax: 30 };
  return { writer: await openStowWriter({ ...common, sink, ...options }), sink };
}

/** An archive with the rows of the one table in ranges, each text a batch. */
async function archiveOf(
  ranges: readonly (readonly string[])[],
  turnsBefore: () => number,
  options: Partial<StowWriterOptions> = {},
): Promise<Uint8Array> {
  const { writer, sink } = await open(options);
  expect(writer.takesRanges).toBe(true);
  const totals = await Promise.all(
    ranges.map((texts, range) => writer.data(table, slowly(rowsOf(...texts), turnsBefore), { range, ranges: ranges.length })),
  );
  await writer.data(other, rowsOf());
  const all = ranges.flat().join("");
  expect(totals.reduce((sum, total) => sum + total.rawBytes, 0)).toBe(Buffer.byteLength(all));
  const summary = await writer.finish();
  expect(summary).toMatchObject({ rows: all.split("\n").length - 1, rawBytes: Buffer.byteLength(all) });
  return sink.bytes ?? new Uint8Array(0);
}

async function framesOf(bytes: Uint8Array) {
  const end = await readEnd(memoryAccess(bytes));
  return [...(end?.index.frames ?? [])].filter(({ entry }) => entry === table.dumpId);
}

async function readBack(bytes: Uint8Array): Promise<string> {
  const archive = await openArchive(memoryAccess(bytes));
  try {
    await archive.verify();
    const data = archive.data(table);
    if (data.type !== "rows") throw new Error("not rows");
    const parts: Buffer[] = [];
    for await (const batch of data.batches) parts.push(Buffer.from(batch.bytes));
    const text = Buffer.concat(parts).toString();
    expect(archive.sizes.get(table.dumpId)).toMatchObject({ rows: text.split("\n").length - 1, rawBytes: text.length });
    return text;
  } finally {
    await archive.close();
  }
}

/** What the text is when nobody minds how often the COPY statement comes: the head, the rows in the order of the file, the tail. */
function scriptText(bytes: Uint8Array): string {
  const { stdout, stderr } = spawnSync("zstd", ["-dc"], { input: bytes, maxBuffer: 1 << 28 });
  expect(stderr.toString()).toBe("");
  return stdout.toString().replaceAll(`\\.\n${COPY}`, "");
}

const sorted = (text: string): string => text.split("\n").sort().join("\n");

describe("rows that come in ranges", () => {
  test.skipIf(!hasZstd).each([1, 2, 3, 4, 5, 6, 7, 8])(
    `at the same time, in whatever turns (%i), come back in the order of the table${needsZstd}`,
    async (seed) => {
      const below = numbersFrom(seed);
      const ranges = Array.from({ length: 2 + below(5) }, (_, range) => rows(range, below(3) === 0 ? 0 : below(12)));
      const bytes = await archiveOf(ranges, () => below(4));
      const inOrder = ranges.flat().join("");
      expect(await readBack(bytes)).toBe(inOrder);
      const plain = await plainText({ ...smallContent, data: (entry) => (entry.tag === "t" ? rowsOf(inOrder) : rowsOf()) });
      const text = scriptText(bytes);
      expect(sorted(text)).toBe(sorted(plain));
      // All but the rows stand where they do in the plain script: the head before all of them, the tail behind.
      const around = (script: string): string => script.replaceAll(/^\d\trow \d+\n/gm, "");
      expect(around(text)).toBe(around(plain));
    },
  );

  test("stand interleaved in the file, each range with chunks of its own numbers", async () => {
    const frames = await framesOf(await archiveOf([rows(0, 9), rows(1, 9), rows(2, 9)], () => 1));
    const places = frames.map(({ range, ordinal }) => ({ range, ordinal }));
    for (const range of [0, 1, 2]) {
      const ordinals = places.filter((place) => place.range === range).map(({ ordinal }) => ordinal);
      expect(ordinals).toEqual(ordinals.map((_, at) => at));
      expect(ordinals.length).toBeGreaterThan(2);
    }
    expect(places.slice(0, 3).map(({ range }) => range)).toEqual([0, 1, 2]);
    const first = Math.max(...frames.map(({ prefixBytes }) => prefixBytes));
    const last = Math.max(...frames.map(({ suffixBytes }) => suffixBytes));
    expect(frames.map(({ prefixBytes }) => prefixBytes === first)).toEqual(frames.map((_, at) => at === 0));
    expect(frames.map(({ suffixBytes }) => suffixBytes === last)).toEqual(frames.map((_, at) => at === frames.length - 1));
  });

  test.each([
    ["one without rows leaves no frame", [[], rows(0, 1)], [[1, 1]]],
    [
      "the last one without rows has the tail",
      [rows(0, 1), []],
      [
        [0, 1],
        [1, 0],
      ],
    ],
    ["a table without rows has one frame", [[], [], []], [[2, 0]]],
  ])("one after the other: %s", async (_, ranges, expected) => {
    const { writer, sink } = await open();
    for (const [range, texts] of ranges.entries()) await writer.data(table, rowsOf(...texts), { range, ranges: ranges.length });
    await writer.data(other, rowsOf());
    await writer.finish();
    const bytes = sink.bytes ?? new Uint8Array(0);
    expect((await framesOf(bytes)).map(({ range, rows: count }) => [range, count])).toEqual(expected);
    expect(await readBack(bytes)).toBe(ranges.flat().join(""));
  });

  test("have the head first, also when the first chunk is a huge one that waits for others", async () => {
    const huge = `0\t${"x".repeat(17 << 20)}\n`;
    const { writer, sink } = await open();
    await Promise.all([
      writer.data(table, rowsOf(huge), { range: 0, ranges: 2 }),
      writer.data(table, rowsOf(...rows(1, 5)), { range: 1, ranges: 2 }),
      writer.data(other, rowsOf()),
    ]);
    await writer.finish();
    const [first, ...others] = await framesOf(sink.bytes ?? new Uint8Array(0));
    for (const frame of others) expect(first?.prefixBytes).toBeGreaterThan(frame.prefixBytes);
    expect(others.length).toBeGreaterThan(0);
  });
});

describe("an archive is not finished", () => {
  test("when a range was left out", async () => {
    const { writer } = await open();
    await writer.data(table, rowsOf("1\ta\n"), { range: 0, ranges: 2 });
    await writer.data(other, rowsOf());
    await expect(writer.finish()).rejects.toThrow("ranges of 1 tables were left out");
    await writer.abort();
  });

  test.each([
    ["comes twice", { range: 0, ranges: 2 }],
    ["is beyond the last", { range: 2, ranges: 2 }],
    ["is one of another number", { range: 1, ranges: 3 }],
  ])("when a range %s", async (_, range) => {
    const { writer } = await open();
    await writer.data(table, rowsOf("1\ta\n"), { range: 0, ranges: 2 });
    await expect(writer.data(table, rowsOf("2\ta\n"), range)).rejects.toMatchObject({ code: "internal" });
    await writer.abort();
  });

  test("when one range fails, and leaves nothing", async () => {
    const { writer, sink } = await open();
    const failing = async function* (): AsyncGenerator<RowBatch> {
      yield* (rowsOf("1\ta\n") as Extract<EntryData, { type: "rows" }>).batches;
      await turn();
      throw new Error("lost");
    };
    const results = await Promise.allSettled([
      writer.data(
        table,
        slowly(rowsOf(...rows(0, 50)), () => 1),
        { range: 0, ranges: 2 },
      ),
      writer.data(table, { type: "rows", batches: failing() }, { range: 1, ranges: 2 }),
    ]);
    expect(results[1]).toMatchObject({ status: "rejected", reason: expect.objectContaining({ message: "lost" }) as Error });
    await expect(writer.finish()).rejects.toMatchObject({ code: "internal" });
    await writer.abort();
    expect(sink.bytes).toBeUndefined();
  });
});

test("ranges are for archives whose tables may come in any order", async () => {
  const { writer } = await open({ script: scriptOf({ disableTriggers: true }) });
  expect(writer.takesRanges).toBeUndefined();
  await writer.abort();
});
