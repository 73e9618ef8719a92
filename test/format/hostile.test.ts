import { createHash } from "node:crypto";

import { describe, expect, test } from "vitest";
import { compress, decompress } from "zstd-napi";

import { openArchive } from "../../src/archive/open.ts";
import { FRAME_RECORD_BYTES } from "../../src/archive/stow/frame-table.ts";
import { encodeHeadFrame } from "../../src/archive/stow/head-frame.ts";
import { encodeIndexFrame } from "../../src/archive/stow/index-frame.ts";
import { encodeSeekTable } from "../../src/archive/stow/seek-table.ts";
import { memoryAccess } from "../../src/store/memory.ts";
import { smallContent, stowBytes } from "./small-archive.ts";

interface Facts {
  readonly metadata: object;
  readonly entries: { data: string }[];
}

interface Parts {
  readonly frames: Buffer;
  /** Stored and raw sizes of all frames but the index. */
  readonly sizes: { storedBytes: number; rawBytes: number }[];
  readonly json: Buffer;
  readonly records: Buffer;
}

/** A sound archive, taken apart. */
async function parts(): Promise<Parts> {
  const bytes = Buffer.from(await stowBytes(smallContent));
  const count = bytes.readUInt32LE(bytes.length - 9);
  const table = bytes.length - 9 - count * 8;
  const sizes = Array.from({ length: count }, (_, row) => ({
    storedBytes: bytes.readUInt32LE(table + row * 8),
    rawBytes: bytes.readUInt32LE(table + row * 8 + 4),
  }));
  const index = sizes.pop()?.storedBytes ?? 0;
  const raw = decompress(bytes.subarray(table - 8 - index + 8, table - 8 - 32));
  const json = raw.readUInt32LE(0);
  return {
    frames: bytes.subarray(0, table - 8 - index),
    sizes,
    json: raw.subarray(4, 4 + json),
    records: Buffer.from(raw.subarray(4 + json)),
  };
}

/** Puts them together again, with hashes that are right, as somebody would who means harm. */
function assemble(
  from: Parts,
  change: { json?: Buffer; records?: Buffer; rawIndex?: Buffer; storedIndex?: Buffer; frames?: Buffer; sizes?: Parts["sizes"] },
): Uint8Array {
  const json = change.json ?? from.json;
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  const raw = change.rawIndex ?? Buffer.concat([length, json, change.records ?? from.records]);
  const stored = change.storedIndex ?? compress(raw);
  const index = encodeIndexFrame(stored, createHash("sha256").update(stored).digest());
  const rows = [...(change.sizes ?? from.sizes), { storedBytes: index.length, rawBytes: 0 }];
  return Buffer.concat([change.frames ?? from.frames, index, encodeSeekTable(rows, rows.length)]);
}

async function complaint(bytes: Uint8Array): Promise<string> {
  const archive = await openArchive(memoryAccess(bytes, "x")).catch((error: unknown) => error);
  if (archive instanceof Error) {
    expect(archive).toMatchObject({ name: "PgstowError" });
    return archive.message;
  }
  return "";
}

const withJson = (from: Parts, edit: (facts: Facts) => unknown): Buffer => {
  const facts = JSON.parse(from.json.toString()) as Facts;
  return Buffer.from(JSON.stringify(edit(facts) ?? facts));
};

describe("an index that means harm, with hashes that are right", () => {
  test("as it was, it opens", async () => {
    expect(await complaint(assemble(await parts(), {}))).toBe("");
  });

  test("records that point elsewhere", async () => {
    const from = await parts();
    const edited = async (record: number, at: number, value: bigint): Promise<string> => {
      const records = Buffer.from(from.records);
      records.writeBigUInt64LE(value, record * FRAME_RECORD_BYTES + at);
      return complaint(assemble(from, { records }));
    };
    expect(await edited(2, 16, 0n)).toMatch(/frame 2 of the index starts at byte 0/);
    expect(await edited(2, 16, 2n ** 63n)).toMatch(/a size of frame 2 is out of range/);
    expect(await edited(2, 24, 2n ** 52n)).toMatch(/frame 3 of the index starts at/);
    expect(await edited(2, 32, 2n ** 40n)).toMatch(/frame 2 of the index is 1099511627776 bytes long, which cannot be/);
    expect(await edited(2, 40, 5n)).toMatch(/frame 2 of the index does not add up/);
    expect(await edited(2, 56, 2n ** 64n - 1n)).toMatch(/frame 2 of the index is shorter than what surrounds its data/);
    expect(await edited(2, 0, 9n)).toMatch(/unknown kind \(9\)/);
    expect(await edited(2, 0, 0x102n)).toMatch(/reserved bytes of frame 2/);
    expect(await edited(2, 0, (99n << 32n) | 2n)).toMatch(/rows of entry 99, which has none/);
    expect(await edited(2, 8, 1n << 32n)).toMatch(/is chunk 1 of entry 6 where 0 is due/);
    expect(await edited(0, 32, 5n)).toMatch(/head of the wrong size/);
  });

  test("no records, half a record, one too few", async () => {
    const from = await parts();
    expect(await complaint(assemble(from, { records: Buffer.alloc(0) }))).toMatch(/lists no frames/);
    expect(await complaint(assemble(from, { records: from.records.subarray(0, 100) }))).toMatch(/middle of a record/);
    const short = from.records.subarray(0, from.records.length - FRAME_RECORD_BYTES);
    expect(await complaint(assemble(from, { records: short }))).toMatch(/the frames end at byte/);
  });

  test("an entry without its data", async () => {
    const from = await parts();
    const json = withJson(from, (facts) => {
      const entry = facts.entries[8];
      if (entry !== undefined) entry.data = "rows";
    });
    expect(await complaint(assemble(from, { json }))).toMatch(/entry 9 has no data in the archive/);
  });

  test.each<[string, (facts: Facts) => unknown, RegExp]>([
    ["a list", () => [], /index is not an object/],
    ["null", () => "null", /index is not an object/],
    ["no metadata", (facts) => ({ ...facts, metadata: undefined }), /index\.metadata is not an object/],
    ["entries as an object", (facts) => ({ ...facts, entries: {} }), /index\.entries is not a list/],
    ["an entry as a number", (facts) => ({ ...facts, entries: [1] }), /index\.entries\[0\] is not an object/],
    ["two entries with one id", (facts) => ({ ...facts, entries: [facts.entries[0], facts.entries[0]] }), /same id/],
    [
      "an option that is an object",
      (facts) => ({ ...facts, metadata: { ...facts.metadata, options: { a: {} } } }),
      /options\.a is no option/,
    ],
    ["a number as a text", (facts) => ({ ...facts, finishedAt: 5 }), /index\.finishedAt is not a text/],
  ])("facts of the wrong shape: %s", async (_name, edit, expected) => {
    const from = await parts();
    expect(await complaint(assemble(from, { json: withJson(from, edit) }))).toMatch(expected);
  });

  test("JSON that is none, and JSON that is deep", async () => {
    const from = await parts();
    expect(await complaint(assemble(from, { json: Buffer.from("{") }))).toMatch(/the index is not JSON/);
    expect(await complaint(assemble(from, { json: Buffer.from("[".repeat(3_000_000)) }))).toMatch(/the index is not JSON/);
    const deep = `{"metadata":${"[".repeat(2_000_000)}${"]".repeat(2_000_000)}}`;
    expect(await complaint(assemble(from, { json: Buffer.from(deep) }))).toMatch(/index/);
  });

  test("a length of JSON beyond the end", async () => {
    const from = await parts();
    const rawIndex = Buffer.concat([Buffer.from([0xff, 0xff, 0xff, 0xff]), from.json]);
    expect(await complaint(assemble(from, { rawIndex }))).toMatch(/the index ends too early/);
    expect(await complaint(assemble(from, { rawIndex: Buffer.from([1]) }))).toMatch(/the index ends too early/);
  });

  test("an index that would unpack to far more than it can hold is refused before it is unpacked", async () => {
    const from = await parts();
    const storedIndex = compress(Buffer.alloc(600 << 20), { compressionLevel: 1 });
    expect(storedIndex.length).toBeLessThan(100_000);
    const before = process.memoryUsage().rss;
    expect(await complaint(assemble(from, { storedIndex }))).toMatch(/is 629145600 bytes long, which cannot be/);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 << 20);
  });

  test("a compressed index that is not one", async () => {
    const from = await parts();
    expect(await complaint(assemble(from, { storedIndex: Buffer.from("not zstd at all") }))).toMatch(
      /cannot be decompressed|how long it is/,
    );
  });

  test("a chunk that holds more or less than the index says is not unpacked", async () => {
    const from = await parts();
    const bomb = compress(Buffer.alloc(300 << 20));
    const at = (from.sizes[0]?.storedBytes ?? 0) + (from.sizes[1]?.storedBytes ?? 0);
    const old = from.sizes[2]?.storedBytes ?? 0;
    const frames = Buffer.concat([from.frames.subarray(0, at), bomb, from.frames.subarray(at + old)]);
    const records = Buffer.from(from.records);
    const moved = bomb.length - old;
    records.writeBigUInt64LE(BigInt(bomb.length), 2 * FRAME_RECORD_BYTES + 24);
    createHash("sha256")
      .update(bomb)
      .digest()
      .copy(records, 2 * FRAME_RECORD_BYTES + 64);
    for (let record = 3; record * FRAME_RECORD_BYTES < records.length; record++) {
      const place = record * FRAME_RECORD_BYTES + 16;
      records.writeBigUInt64LE(records.readBigUInt64LE(place) + BigInt(moved), place);
    }
    const sizes = from.sizes.map((size, row) => (row === 2 ? { ...size, storedBytes: bomb.length } : size));
    const archive = await openArchive(memoryAccess(assemble(from, { frames, records, sizes }), "x"));
    const entry = archive.entries.find((candidate) => candidate.data === "rows");
    const data = entry === undefined ? undefined : archive.data(entry);
    if (data?.type !== "rows") throw new Error("no rows");
    await expect(data.batches[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: "corrupt",
      message: /frame 2 \(chunk 1 of TABLE DATA public\.t\) .*: it says that it holds 314572800 bytes, the index says/,
    });
    await archive.close();
  });

  test("a seek table that announces more frames than the file has bytes", async () => {
    const footer = Buffer.from(assemble(await parts(), {}));
    footer.writeUInt32LE(0xffffffff, footer.length - 9);
    expect(await complaint(footer)).toMatch(/seek table/);
  });
});

describe("another version", () => {
  test("a newer format is named", async () => {
    const bytes = Buffer.from(await stowBytes(smallContent));
    const head = encodeHeadFrame();
    head.writeUInt16LE(2, 14);
    const newer = Buffer.concat([head, bytes.subarray(20, bytes.length - 40), Buffer.from("an end that this version does not know")]);
    expect(await complaint(newer)).toBe('"x" is a pgstow archive of format version 2; this pgstow reads version 1');
  });

  test("a newer format whose index can be read is named too, and not called damaged", async () => {
    const from = await parts();
    const head = encodeHeadFrame();
    head.writeUInt16LE(2, 14);
    const records = Buffer.from(from.records);
    createHash("sha256").update(head).digest().copy(records, 64);
    const frames = Buffer.concat([head, from.frames.subarray(20)]);
    expect(await complaint(assemble(from, { frames, records }))).toMatch(/format version 2; this pgstow reads version 1/);
  });

  test("reserved flags are refused", async () => {
    const from = await parts();
    const head = encodeHeadFrame();
    head.writeUInt32LE(4, 16);
    const records = Buffer.from(from.records);
    createHash("sha256").update(head).digest().copy(records, 64);
    const frames = Buffer.concat([head, from.frames.subarray(20)]);
    expect(await complaint(assemble(from, { frames, records }))).toMatch(/uses features that this pgstow does not know \(flags 0x4\)/);
  });
});
