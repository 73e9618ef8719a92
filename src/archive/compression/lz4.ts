import { PgstowError } from "../../core/errors.ts";
import { inBlocks } from "./in-blocks.ts";
import { decodeLz4Block, encodeLz4Block, lz4Bound, lz4Table } from "./lz4-block.ts";
import { frameHeader, openFrame } from "./lz4-frame.ts";
import type { Lz4Frame } from "./lz4-frame.ts";
import { PieceReader } from "./piece-reader.ts";
import { xxh32, Xxh32 } from "./xxh32.ts";

/** Of the frames that are written: blocks that need nothing of each other. */
const BLOCK_BYTES = 1 << 20;
const STORED_FLAG = 0x80000000;
const HISTORY_BYTES = 64 * 1024;

/** One frame of independent blocks with a checksum of its content. */
export async function* compressLz4(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const checksum = new Xxh32();
  const table = lz4Table();
  const packed = Buffer.alloc(lz4Bound(BLOCK_BYTES));
  yield frameHeader(BLOCK_BYTES);
  for await (const block of inBlocks(source, BLOCK_BYTES)) {
    checksum.update(block);
    const length = encodeLz4Block(block, packed, table);
    const stored = length >= block.length;
    yield Buffer.concat([littleEndian(stored ? block.length + STORED_FLAG : length), stored ? block : packed.subarray(0, length)]);
  }
  yield littleEndian(0, checksum.digest());
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
  const room = Buffer.alloc(HISTORY_BYTES + frame.blockBytesMax);
  let historyBytes = 0;
  let contentBytes = 0;
  for (;;) {
    const size = (await input.exactly(4, "lz4 frame")).readUInt32LE();
    if (size === 0) break;
    const end = await readBlock(input, frame, size, room, historyBytes);
    const block = room.subarray(historyBytes, end);
    contentBytes += block.length;
    if (frame.contentChecksum) checksum.update(block);
    yield Buffer.from(block);
    // What a linked block may refer to.
    const kept = frame.linked ? Math.min(end, HISTORY_BYTES) : 0;
    room.copyWithin(0, end - kept, end);
    historyBytes = kept;
  }
  if (frame.contentChecksum && (await input.exactly(4, "lz4 frame")).readUInt32LE() !== checksum.digest()) {
    throw new PgstowError("corrupt", "the checksum of the lz4 data does not match");
  }
  if (frame.contentBytes !== undefined && frame.contentBytes !== contentBytes) {
    throw new PgstowError("corrupt", `the lz4 frame holds ${contentBytes} bytes, and says that it holds ${frame.contentBytes}`);
  }
}

/** Puts the block behind the history; gives where it ends. */
async function readBlock(input: PieceReader, frame: Lz4Frame, size: number, room: Buffer, historyBytes: number): Promise<number> {
  const stored = size >= STORED_FLAG;
  const length = stored ? size - STORED_FLAG : size;
  if (length > frame.blockBytesMax) throw new PgstowError("corrupt", `a block of the lz4 data claims ${length} bytes`);
  const bytes = await input.exactly(length, "lz4 frame");
  if (frame.blockChecksums && (await input.exactly(4, "lz4 frame")).readUInt32LE() !== xxh32(bytes)) {
    throw new PgstowError("corrupt", "the checksum of a block of the lz4 data does not match");
  }
  if (stored) return historyBytes + bytes.copy(room, historyBytes);
  return decodeLz4Block(bytes, room.subarray(0, historyBytes + frame.blockBytesMax), historyBytes);
}
