import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";

import { describe, expect, test } from "vitest";
import { decompress } from "zstd-napi";

import type { ArchiveReader, EntryData, RowBatch } from "../../src/archive/archive.ts";
import { openArchive } from "../../src/archive/open.ts";
import { openStowWriter } from "../../src/archive/stow/writer.ts";
import { memoryAccess, memorySink } from "../../src/store/memory.ts";
import { each, entryOf, metadataOf, rowsOf, scriptOf } from "./material.ts";
import type { Content } from "./small-archive.ts";
import { largeObjectContent, plainText, smallContent, smallEntries, smallRows, stowBytes } from "./small-archive.ts";

const hasZstd = spawnSync("zstd", ["--version"]).status === 0;

async function withArchive<T>(bytes: Uint8Array, work: (archive: ArchiveReader) => Promise<T>): Promise<T> {
  const archive = await openArchive(memoryAccess(bytes, "small.sql.zst"));
  try {
    return await work(archive);
  } finally {
    await archive.close();
  }
}

async function rowText(data: EntryData): Promise<string> {
  if (data.type !== "rows") throw new Error("not rows");
  const parts: Uint8Array[] = [];
  for await (const batch of data.batches) parts.push(Uint8Array.from(batch.bytes));
  return Buffer.concat(parts).toString("utf8");
}

/** The zstd frames with content, in order, by the seek table; our decoder does not know skippable ones. */
function framesOf(bytes: Uint8Array): { stored: Buffer; rawBytes: number }[] {
  const buffer = Buffer.from(bytes);
  const table = buffer.length - 9 - buffer.readUInt32LE(buffer.length - 9) * 8;
  const frames: { stored: Buffer; rawBytes: number }[] = [];
  let at = 0;
  for (let row = table; row < buffer.length - 9; row += 8) {
    const stored = buffer.subarray(at, (at += buffer.readUInt32LE(row)));
    const rawBytes = buffer.readUInt32LE(row + 4);
    if (rawBytes > 0) frames.push({ stored, rawBytes });
  }
  return frames;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.concat(framesOf(bytes).map(({ stored }) => decompress(stored))).toString("utf8");
}

const numbered = (from: number, to: number): string => Array.from({ length: to - from }, (_, at) => `${from + at}\tvalue\n`).join("");

describe("a stow archive", () => {
  test("gives back metadata, entries and rows as they were", async () => {
    await withArchive(await stowBytes(smallContent), async (archive) => {
      expect(archive.format).toBe("stow");
      expect(archive.metadata).toEqual(metadataOf());
      expect(archive.entries).toEqual(smallEntries);
      const [first, second] = smallEntries.filter((entry) => entry.data === "rows");
      expect(await rowText(archive.data(first ?? entryOf({ kind: "" })))).toBe(smallRows);
      expect(await rowText(archive.data(second ?? entryOf({ kind: "" })))).toBe("");
      expect(archive.sizes.get(6)).toMatchObject({ rows: 4, rawBytes: Buffer.byteLength(smallRows), chunks: 1 });
      expect(archive.sizes.get(7)).toMatchObject({ rows: 0, rawBytes: 0, chunks: 1 });
      expect(archive.summary.rows).toBe(4);
      expect(archive.summary.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    });
  });

  test("finds the search that makes the rows of a table smaller", async () => {
    const row = (at: number): string => {
      const chance = createHash("md5").update(String(at)).digest();
      const time = new Date(Date.UTC(2020, 0, 1, 0, 0, 7 * at)).toISOString().slice(0, 19).replace("T", " ");
      return `${at}\t${chance.readUInt32LE(0) % 5000}\t${time}+00\t${(chance.readUInt32LE(4) % 1_000_000) / 1000}\n`;
    };
    const pieces = Array.from({ length: 50 }, (_, piece) =>
      Array.from({ length: 1000 }, (__, at) => row(1_000_000 + 1000 * piece + at)).join(""),
    );
    const content: Content = { ...smallContent, data: (entry) => (entry.tag === "t" ? rowsOf(...pieces) : rowsOf()) };
    const frames = framesOf(await stowBytes(content, { chunkBytesMax: 200_000, workers: 1 }));
    const shares = frames.map(({ stored, rawBytes }) => stored.length / rawBytes);
    const [early, late] = [shares[1] ?? 0, shares[10] ?? 1];
    expect(late).toBeLessThan(0.9 * early);
  });

  test("decompresses to the plain script, byte for byte", async () => {
    for (const script of [
      {},
      { clean: true, ifExists: true },
      { disableTriggers: true, superuser: "su" },
      { useSetSessionAuthorization: true },
    ]) {
      const content = { ...smallContent, script };
      expect(textOf(await stowBytes(content))).toBe(await plainText(content));
    }
  });

  test.skipIf(!hasZstd)("decompresses to the same with the real zstd (needs zstd on PATH)", async () => {
    const real = spawnSync("zstd", ["-dc"], { input: await stowBytes(smallContent) });
    expect(real.stderr.toString()).toBe("");
    expect(real.stdout.toString("utf8")).toBe(await plainText(smallContent));
  });

  test("a table of several chunks is as many whole COPY statements", async () => {
    const texts = [numbered(0, 100), numbered(100, 200), numbered(200, 230)];
    const content = { ...smallContent, data: (entry: { tag: string }) => (entry.tag === "t" ? rowsOf(...texts) : rowsOf()) };
    const bytes = await stowBytes(content, { chunkBytesMax: 1000 });
    const plain = await plainText(content);
    const chunked = textOf(bytes);
    expect(chunked.replaceAll("\\.\nCOPY public.t (a, b) FROM stdin;\n", "")).toBe(plain);
    expect(chunked.split("COPY public.t (a, b) FROM stdin;\n").length - 1).toBe(3);
    await withArchive(bytes, async (archive) => {
      expect(archive.sizes.get(6)).toMatchObject({ chunks: 3, rows: 230 });
      expect(await rowText(archive.data(smallEntries[5] ?? entryOf({ kind: "" })))).toBe(texts.join(""));
    });
  });

  test("small batches share a chunk", async () => {
    const content = {
      ...smallContent,
      data: (entry: { tag: string }) => (entry.tag === "t" ? rowsOf("1\ta\n", "2\tb\n", "3\tc\n") : rowsOf()),
    };
    const bytes = await stowBytes(content, { chunkBytesMax: 9 });
    const size = await withArchive(bytes, (archive) => Promise.resolve(archive.sizes.get(6)));
    expect(size).toMatchObject({ chunks: 2, rows: 3 });
  });

  test("large objects are statements that need no transaction, and come back as pieces", async () => {
    const bytes = await stowBytes(largeObjectContent, { chunkBytesMax: 40000 });
    const text = textOf(bytes);
    expect(text).not.toMatch(/^(BEGIN|COMMIT);$/m);
    expect(text.match(/^SELECT pg_catalog\.lo_put\('5001', (0|16384|32768), '\\x[0-9a-f]+'\);$/gm)).toHaveLength(3);
    expect(text).toContain("SELECT pg_catalog.lo_put('5002', 0, '\\x');\n");
    await withArchive(bytes, async (archive) => {
      const entry = archive.entries.find((candidate) => candidate.kind === "BLOBS") ?? entryOf({ kind: "" });
      const data = archive.data(entry);
      if (data.type !== "large-objects") throw new Error("not large objects");
      const objects = new Map<number, Buffer>();
      const ends: [number, boolean, boolean][] = [];
      for await (const piece of data.pieces) {
        objects.set(piece.oid, Buffer.concat([objects.get(piece.oid) ?? Buffer.alloc(0), piece.bytes]));
        ends.push([piece.oid, piece.first, piece.last]);
      }
      expect(objects.get(5001)).toEqual(Buffer.from(Uint8Array.from({ length: 40000 }, (_, at) => (at * 7) & 255)));
      expect(objects.get(5002)).toEqual(Buffer.alloc(0));
      expect(ends).toEqual([
        [5001, true, false],
        [5001, false, false],
        [5001, false, true],
        [5002, true, true],
      ]);
      expect(archive.sizes.get(21)).toMatchObject({ rawBytes: 40000, chunks: 3 });
    });
  });

  test("verify says what it checked", async () => {
    const bytes = await stowBytes(smallContent);
    await withArchive(bytes, async (archive) => {
      let told = 0;
      const report = await archive.verify({ onBytes: (count) => (told = count) });
      expect(report).toMatchObject({ fingerprint: archive.summary.fingerprint, storedBytes: bytes.length, diagnostics: [] });
      expect(told).toBe(bytes.length);
    });
  });

  test("verify and reading stop when they are told to", async () => {
    await withArchive(await stowBytes(smallContent), async (archive) => {
      const signal = AbortSignal.abort();
      await expect(archive.verify({ signal })).rejects.toMatchObject({ code: "aborted" });
      await expect(rowText(archive.data(smallEntries[5] ?? entryOf({ kind: "" }), { signal }))).rejects.toMatchObject({ code: "aborted" });
    });
  });
});

describe("the writer", () => {
  const open = (sink = memorySink()): ReturnType<typeof openStowWriter> =>
    openStowWriter({ metadata: metadataOf(), script: scriptOf(), entries: smallEntries, sink, workers: 1 });
  const dataEntry = smallEntries[5] ?? entryOf({ kind: "" });

  test("is unusable after its first error, and leaves nothing", async () => {
    const sink = memorySink();
    const writer = await open(sink);
    const broken = each<RowBatch>([]);
    const failing: EntryData = {
      type: "rows",
      batches: { [Symbol.asyncIterator]: () => ({ next: () => broken.throw(new Error("lost")) }) },
    };
    await expect(writer.data(dataEntry, failing)).rejects.toThrow("lost");
    await expect(writer.finish()).rejects.toMatchObject({ code: "internal" });
    await writer.abort();
    expect(sink.bytes).toBeUndefined();
  });

  test("does not finish when the data of an entry was left out", async () => {
    const writer = await open();
    await writer.data(dataEntry, rowsOf(smallRows));
    await expect(writer.finish()).rejects.toThrow("the data of an entry was left out: TABLE DATA public.nothing");
    await writer.abort();
  });

  test("fails when the sink does, and says why", async () => {
    const sink = memorySink();
    let left = 2;
    const full = { ...sink, write: (bytes: Uint8Array) => (left-- > 0 ? sink.write(bytes) : Promise.reject(new Error("disk full"))) };
    const writer = await openStowWriter({ metadata: metadataOf(), script: scriptOf(), entries: smallEntries, sink: full, workers: 1 });
    await expect(
      (async () => {
        await writer.data(dataEntry, rowsOf(smallRows));
        await writer.data(smallEntries[6] ?? dataEntry, rowsOf());
        await writer.finish();
      })(),
    ).rejects.toThrow("disk full");
    await writer.abort();
  });

  test("does not accept what its sink reads back differently", async () => {
    const sink = memorySink();
    const lying = {
      ...sink,
      readBack: async (offset: number, length: number): Promise<Uint8Array> => {
        const bytes = (await sink.readBack?.(offset, length)) ?? new Uint8Array(0);
        return Uint8Array.from(bytes, (byte, at) => (at === 20 ? byte ^ 1 : byte));
      },
    };
    const writer = await openStowWriter({ metadata: metadataOf(), script: scriptOf(), entries: [], sink: lying, workers: 1 });
    await expect(writer.finish()).rejects.toMatchObject({ code: "corrupt" });
    await writer.abort();
  });
});
