import { PgstowError } from "../../core/errors.ts";
import type { PieceReader } from "./piece-reader.ts";
import { xxh32 } from "./xxh32.ts";

const MAGIC = 0x184d2204;
const SKIPPABLE_MAGIC = 0x184d2a50;
const VERSION_1 = 0b01 << 6;
const FLAG = { independent: 1 << 5, blockChecksums: 1 << 4, contentSize: 1 << 3, contentChecksum: 1 << 2, dictionary: 1 } as const;
/** 64 KiB, 256 KiB, 1 MiB, 4 MiB. */
const BLOCK_SIZE_CODES = [4, 5, 6, 7];

/** What the head of an LZ4 frame says. */
export interface Lz4Frame {
  readonly linked: boolean;
  readonly blockChecksums: boolean;
  readonly contentChecksum: boolean;
  readonly blockBytesMax: number;
  readonly contentBytes: number | undefined;
}

/** The head of a frame of independent blocks that ends in a checksum. */
export function frameHeader(blockBytesMax: number): Buffer {
  const code = BLOCK_SIZE_CODES.find((each) => blockBytesOf(each) === blockBytesMax);
  if (code === undefined) throw new PgstowError("internal", `lz4 has no blocks of ${blockBytesMax} bytes`);
  const header = Buffer.alloc(7);
  header.writeUInt32LE(MAGIC);
  header.writeUInt8(VERSION_1 | FLAG.independent | FLAG.contentChecksum, 4);
  header.writeUInt8(code << 4, 5);
  header.writeUInt8(headerChecksum(header.subarray(4, 6)), 6);
  return header;
}

/** Reads up to the first block of the next frame; undefined at the end of the data. */
export async function openFrame(input: PieceReader): Promise<Lz4Frame | undefined> {
  for (;;) {
    if (await input.atEnd()) return undefined;
    const magic = (await input.exactly(4, "lz4 frame")).readUInt32LE();
    if (magic === MAGIC) return readDescriptor(input);
    if ((magic & 0xfffffff0) >>> 0 !== SKIPPABLE_MAGIC) throw new PgstowError("corrupt", "no lz4 frame starts where one must");
    await input.skip((await input.exactly(4, "lz4 frame")).readUInt32LE(), "lz4 frame");
  }
}

async function readDescriptor(input: PieceReader): Promise<Lz4Frame> {
  const start = await input.exactly(2, "lz4 frame");
  const [flags, blocks] = [start.readUInt8(0), start.readUInt8(1)];
  const code = (blocks >> 4) & 0b111;
  if ((flags & 0b11000000) !== VERSION_1 || !BLOCK_SIZE_CODES.includes(code) || (flags & FLAG.dictionary) !== 0) {
    throw new PgstowError("corrupt", "the lz4 data has a frame of unknown kind");
  }
  const size = await input.exactly((flags & FLAG.contentSize) === 0 ? 0 : 8, "lz4 frame");
  const checksum = (await input.exactly(1, "lz4 frame")).readUInt8();
  if (checksum !== headerChecksum(Buffer.concat([start, size]))) throw new PgstowError("corrupt", "the head of an lz4 frame is damaged");
  return {
    linked: (flags & FLAG.independent) === 0,
    blockChecksums: (flags & FLAG.blockChecksums) !== 0,
    contentChecksum: (flags & FLAG.contentChecksum) !== 0,
    blockBytesMax: blockBytesOf(code),
    contentBytes: size.length === 0 ? undefined : Number(size.readBigUInt64LE()),
  };
}

function blockBytesOf(code: number): number {
  return 1 << (8 + 2 * code);
}

function headerChecksum(descriptor: Uint8Array): number {
  return (xxh32(descriptor) >>> 8) & 0xff;
}
