import { compress, uncompress } from "lz4-napi";

import { PgstowError } from "../../core/errors.ts";
import { frameHeader, openFrame } from "./lz4-frame.ts";
import type { Lz4Frame } from "./lz4-frame.ts";
import { PieceReader } from "./piece-reader.ts";
import { xxh32, Xxh32 } from "./xxh32.ts";

/** Of the frames that are written: blocks that need nothing of each other. */
const BLOCK_BYTES = 1 << 20;
const STORED_FLAG = 0x80000000;
const SIZE_PREFIX_BYTES = 4;
const HISTORY_BYTES = 64 * 1024;

/** One frame of independent blocks with a checksum of its content. */
export async function* compressLz4(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const checksum = new Xxh32();
  yield frameHeader(BLOCK_BYTES);
  for await (const block of inBlocks(source)) {
    checksum.update(block);
    yield await encodeBlock(block);
  }
  yield littleEndian(0, checksum.digest());
}

async function* inBlocks(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const block = Buffer.alloc(BLOCK_BYTES);
  let filled = 0;
  for await (const piece of source) {
    for (let at = 0; at < piece.length;) {
      const bytes = piece.subarray(at, at + BLOCK_BYTES - filled);
      block.set(bytes, filled);
      filled += bytes.length;
      at += bytes.length;
      if (filled < BLOCK_BYTES) continue;
      yield block;
      filled = 0;
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}

async function encodeBlock(block: Uint8Array): Promise<Uint8Array> {
  const packed = (await compress(block)).subarray(SIZE_PREFIX_BYTES);
  if (packed.length < block.length) return Buffer.concat([littleEndian(packed.length), packed]);
  return Buffer.concat([littleEndian(block.length + STORED_FLAG), block]);
}

function littleEndian(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, at) => bytes.writeUInt32LE(value, at * 4));
  return bytes;
}

/** Any number of frames. Throws a PgstowError `corrupt` for a damaged or cut one. */
export async function* decompressLz4(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const input = new PieceReader(source);
  try {
    for (;;) {
      const frame = await openFrame(input);
      if (frame === undefined) return;
      yield* frameContent(input, frame);
    }
  } finally {
    await input.close();
  }
}

async function* frameContent(input: PieceReader, frame: Lz4Frame): AsyncGenerator<Uint8Array> {
  const checksum = new Xxh32();
  let history: Uint8Array = new Uint8Array(0);
  let contentBytes = 0;
  for (;;) {
    const size = (await input.exactly(4, "lz4 frame")).readUInt32LE();
    if (size === 0) break;
    const block = await readBlock(input, frame, size, history);
    contentBytes += block.length;
    if (frame.contentChecksum) checksum.update(block);
    if (frame.linked) history = lastBytes(history, block);
    yield block;
  }
  if (frame.contentChecksum && (await input.exactly(4, "lz4 frame")).readUInt32LE() !== checksum.digest()) {
    throw new PgstowError("corrupt", "the checksum of the lz4 data does not match");
  }
  if (frame.contentBytes !== undefined && frame.contentBytes !== contentBytes) {
    throw new PgstowError("corrupt", `the lz4 frame holds ${contentBytes} bytes, and says that it holds ${frame.contentBytes}`);
  }
}

async function readBlock(input: PieceReader, frame: Lz4Frame, size: number, history: Uint8Array): Promise<Uint8Array> {
  const stored = size >= STORED_FLAG;
  const length = stored ? size - STORED_FLAG : size;
  if (length > frame.blockBytesMax) throw new PgstowError("corrupt", `a block of the lz4 data claims ${length} bytes`);
  const bytes = await input.exactly(length, "lz4 frame");
  if (frame.blockChecksums && (await input.exactly(4, "lz4 frame")).readUInt32LE() !== xxh32(bytes)) {
    throw new PgstowError("corrupt", "the checksum of a block of the lz4 data does not match");
  }
  if (stored) return bytes;
  try {
    return await uncompress(Buffer.concat([littleEndian(frame.blockBytesMax), bytes]), history.length === 0 ? null : history);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new PgstowError("corrupt", `could not uncompress lz4 data: ${why}`, { cause: error });
  }
}

/** What a linked block may refer to. */
function lastBytes(history: Uint8Array, block: Uint8Array): Uint8Array {
  if (block.length >= HISTORY_BYTES) return block.subarray(-HISTORY_BYTES);
  return Buffer.concat([history.subarray(Math.max(0, history.length + block.length - HISTORY_BYTES)), block]);
}
