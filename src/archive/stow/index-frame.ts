import { createHash } from "node:crypto";

import zstd from "zstd-napi/binding.js";

import { PgstowError } from "../../core/errors.ts";
import { CHUNK_RAW_BYTES_MAX, FrameTable } from "./frame-table.ts";
import type { FrameRecord } from "./frame-table.ts";
import { decodeIndexFacts, encodeIndexFacts } from "./index-json.ts";
import type { IndexFacts } from "./index-json.ts";
import { HEAD_FRAME_BYTES } from "./head-frame.ts";
import { asBuffer, INDEX_MAGIC, SKIPPABLE_HEADER_BYTES, skippableHeader } from "./skippable.ts";

const SHA256_BYTES = 32;
/** Small enough for a buffer and, as JSON, for a string; large enough for a million chunks and any catalog. */
const INDEX_RAW_BYTES_MAX = 1 << 30;
/** Honest indexes shrink to a tenth at best of what the hashes in them are, or some hundredfold when a catalog repeats itself. */
const INDEX_RATIO_MAX = 2000;
const INDEX_RAW_BYTES_ALWAYS = 16 << 20;

export interface ArchiveIndex extends IndexFacts {
  readonly frames: FrameTable;
}

/** What is compressed into the index frame: length of the JSON (u32), the JSON, the frame table. */
export function encodeIndex(facts: IndexFacts, frameTable: Buffer): Buffer {
  const json = encodeIndexFacts(facts);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  return Buffer.concat([length, json, frameTable]);
}

/** The whole frame: header, compressed index, its SHA-256, which is the archive's fingerprint. */
export function encodeIndexFrame(compressed: Uint8Array, sha256: Uint8Array): Buffer {
  return Buffer.concat([skippableHeader(INDEX_MAGIC, compressed.length + SHA256_BYTES), compressed, sha256]);
}

/** Reads an index frame that stands at `offset`, behind all frames that it lists. Throws a PgstowError `corrupt`. */
export function decodeIndexFrame(frame: Uint8Array, offset: number): { readonly index: ArchiveIndex; readonly fingerprint: string } {
  const content = asBuffer(frame).subarray(SKIPPABLE_HEADER_BYTES);
  const header = skippableHeader(INDEX_MAGIC, content.length);
  if (!asBuffer(frame).subarray(0, SKIPPABLE_HEADER_BYTES).equals(header) || content.length < SHA256_BYTES) {
    throw new PgstowError("corrupt", "the index frame's header is wrong");
  }
  const compressed = content.subarray(0, content.length - SHA256_BYTES);
  const sha256 = createHash("sha256").update(compressed).digest();
  if (!sha256.equals(content.subarray(content.length - SHA256_BYTES)))
    throw new PgstowError("corrupt", "the SHA-256 of the index does not match");
  const index = readIndex(decompressIndex(compressed));
  checkFrames(index.frames, index, offset);
  return { index, fingerprint: sha256.toString("hex") };
}

/** The parts of a decompressed index, each checked by itself. */
export function readIndex(raw: Buffer): ArchiveIndex {
  const jsonBytes = raw.length < 4 ? Number.POSITIVE_INFINITY : raw.readUInt32LE(0);
  if (4 + jsonBytes > raw.length) throw new PgstowError("corrupt", "the index ends too early");
  const facts = decodeIndexFacts(raw.subarray(4, 4 + jsonBytes));
  return { ...facts, frames: new FrameTable(raw.subarray(4 + jsonBytes)) };
}

/** A hostile index may announce anything: what it may ask for is bounded, by itself and by what it was stored in. */
function decompressIndex(compressed: Buffer): Buffer {
  const rawBytesMax = Math.min(INDEX_RAW_BYTES_MAX, INDEX_RAW_BYTES_ALWAYS + compressed.length * INDEX_RATIO_MAX);
  try {
    const rawBytes = zstd.getFrameContentSize(compressed);
    if (rawBytes === null) throw new PgstowError("corrupt", "the index does not say how long it is");
    if (rawBytes > rawBytesMax) throw new PgstowError("corrupt", `the index says that it is ${rawBytes} bytes long, which cannot be`);
    const raw = Buffer.allocUnsafeSlow(rawBytes);
    return raw.subarray(0, new zstd.DCtx().decompress(raw, compressed));
  } catch (error) {
    if (error instanceof PgstowError) throw error;
    throw new PgstowError("corrupt", "the index cannot be decompressed", { cause: error });
  }
}

/** The frames tile the file from its first byte to the index, and each belongs to an entry that can have it. */
function checkFrames(frames: FrameTable, facts: IndexFacts, indexOffset: number): void {
  const dataOf = new Map(facts.entries.map((entry) => [entry.dumpId, entry.data]));
  const seen = new Set<number>();
  const nextOrdinal = new Map<string, number>();
  let end = 0;
  let number = 0;
  if (frames.count === 0) throw new PgstowError("corrupt", "the index lists no frames");
  for (const frame of frames) {
    const wrong = (problem: string): PgstowError => new PgstowError("corrupt", `frame ${number} of the index ${problem}`);
    if (frame.offset !== end) throw wrong(`starts at byte ${frame.offset}, the one before it ends at ${end}`);
    if ((frame.kind === "head") !== (number === 0)) throw wrong("is not where a head belongs");
    checkSizes(frame, wrong);
    end = frame.offset + frame.storedBytes;
    if (frame.kind !== "head" && frame.kind !== "sql") {
      if (dataOf.get(frame.entry) !== frame.kind) throw wrong(`holds ${frame.kind} of entry ${frame.entry}, which has none`);
      const place = `${frame.entry}/${frame.range}`;
      const expected = nextOrdinal.get(place) ?? 0;
      if (frame.ordinal !== expected) throw wrong(`is chunk ${frame.ordinal} of entry ${frame.entry} where ${expected} is due`);
      nextOrdinal.set(place, expected + 1);
      seen.add(frame.entry);
    }
    number++;
  }
  if (end !== indexOffset) throw new PgstowError("corrupt", `the frames end at byte ${end}, the index starts at ${indexOffset}`);
  for (const [dumpId, data] of dataOf) {
    if (data !== "none" && !seen.has(dumpId)) throw new PgstowError("corrupt", `entry ${dumpId} has no data in the archive`);
  }
}

function checkSizes(frame: FrameRecord, wrong: (problem: string) => PgstowError): void {
  if (frame.kind === "head") {
    if (frame.storedBytes !== HEAD_FRAME_BYTES || frame.rawBytes !== 0) throw wrong("is a head of the wrong size");
    return;
  }
  if (frame.storedBytes === 0 || frame.rawBytes > CHUNK_RAW_BYTES_MAX) throw wrong(`is ${frame.rawBytes} bytes long, which cannot be`);
  if (frame.prefixBytes + frame.suffixBytes > frame.rawBytes) throw wrong("is shorter than what surrounds its data");
  if ((frame.kind === "rows" || frame.kind === "statements") && frame.prefixBytes + frame.dataBytes + frame.suffixBytes !== frame.rawBytes)
    throw wrong("does not add up");
  if (frame.dataBytes > frame.rawBytes || frame.rows > frame.rawBytes) throw wrong("holds more than fits into it");
}
