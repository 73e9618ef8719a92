import { PgstowError } from "../../core/errors.ts";
import { asBuffer } from "./skippable.ts";

const KINDS = ["head", "sql", "rows", "large-objects", "statements"] as const;

/** One frame before the index. All sizes in bytes. */
export interface FrameRecord {
  readonly kind: (typeof KINDS)[number];
  /** dumpId: of the entry whose data it holds, or of the first entry of a run of SQL; 0 for none. */
  readonly entry: number;
  /** Which of the ranges that a table was copied in; 0 when there was one. */
  readonly range: number;
  /** Place of the chunk within its entry and range, from 0. */
  readonly ordinal: number;
  readonly offset: number;
  readonly storedBytes: number;
  readonly rawBytes: number;
  /** Bytes of rows, or of large objects themselves. */
  readonly dataBytes: number;
  readonly rows: number;
  /** What stands before and after the rows or the statements of large objects, within the raw bytes. */
  readonly prefixBytes: number;
  readonly suffixBytes: number;
  /** Of the stored bytes. */
  readonly sha256: Uint8Array;
}

export const FRAME_RECORD_BYTES = 96;

/** Longest raw chunk: a row of COPY text can have 1 GiB, and its chunk some more. */
export const CHUNK_RAW_BYTES_MAX = 2 ** 30 + 2 ** 26;

/** Records as they are stored, so that a million chunks take 96 MB and not as many objects. */
export class FrameTableBuilder {
  #bytes = Buffer.alloc(64 * FRAME_RECORD_BYTES);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(record: FrameRecord): void {
    const at = this.#count * FRAME_RECORD_BYTES;
    if (at === this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes], this.#bytes.length * 2);
    encodeRecord(record, this.#bytes.subarray(at, at + FRAME_RECORD_BYTES));
    this.#count++;
  }

  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#count * FRAME_RECORD_BYTES);
  }
}

export class FrameTable {
  readonly count: number;
  readonly bytes: Buffer;

  constructor(bytes: Uint8Array) {
    if (bytes.length % FRAME_RECORD_BYTES !== 0) throw new PgstowError("corrupt", "the frame table ends in the middle of a record");
    this.bytes = asBuffer(bytes);
    this.count = bytes.length / FRAME_RECORD_BYTES;
  }

  at(index: number): FrameRecord {
    const start = index * FRAME_RECORD_BYTES;
    return decodeRecord(this.bytes.subarray(start, start + FRAME_RECORD_BYTES), index);
  }

  *[Symbol.iterator](): Generator<FrameRecord> {
    for (let index = 0; index < this.count; index++) yield this.at(index);
  }
}

function encodeRecord(record: FrameRecord, into: Buffer): void {
  into.writeUInt8(KINDS.indexOf(record.kind), 0);
  into.fill(0, 1, 4);
  into.writeUInt32LE(record.entry, 4);
  into.writeUInt32LE(record.range, 8);
  into.writeUInt32LE(record.ordinal, 12);
  writeSize(into, record.offset, 16);
  writeSize(into, record.storedBytes, 24);
  writeSize(into, record.rawBytes, 32);
  writeSize(into, record.dataBytes, 40);
  writeSize(into, record.rows, 48);
  into.writeUInt32LE(record.prefixBytes, 56);
  into.writeUInt32LE(record.suffixBytes, 60);
  into.set(record.sha256, 64);
}

function decodeRecord(from: Buffer, index: number): FrameRecord {
  const kind = KINDS[from.readUInt8(0)];
  if (kind === undefined) throw new PgstowError("corrupt", `frame ${index} is of an unknown kind (${from.readUInt8(0)})`);
  if (from.readUIntLE(1, 3) !== 0) throw new PgstowError("corrupt", `the reserved bytes of frame ${index} are not zero`);
  return {
    kind,
    entry: from.readUInt32LE(4),
    range: from.readUInt32LE(8),
    ordinal: from.readUInt32LE(12),
    offset: readSize(from, 16, index),
    storedBytes: readSize(from, 24, index),
    rawBytes: readSize(from, 32, index),
    dataBytes: readSize(from, 40, index),
    rows: readSize(from, 48, index),
    prefixBytes: from.readUInt32LE(56),
    suffixBytes: from.readUInt32LE(60),
    sha256: from.subarray(64, 96),
  };
}

function writeSize(into: Buffer, value: number, at: number): void {
  into.writeBigUInt64LE(BigInt(value), at);
}

function readSize(from: Buffer, at: number, index: number): number {
  const value = from.readBigUInt64LE(at);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new PgstowError("corrupt", `a size of frame ${index} is out of range`);
  return Number(value);
}
