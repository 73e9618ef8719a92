import type { RandomAccess } from "../archive.ts";
import { asBuffer, isSkippable, SKIPPABLE_HEADER_BYTES, ZSTD_MAGIC } from "./skippable.ts";

export interface FoundFrame {
  readonly magic: number;
  readonly offset: number;
  readonly bytes: number;
}

export interface Walk {
  /** How many whole frames stand at the start of the file, and of them how many hold text. */
  readonly frames: number;
  readonly textFrames: number;
  readonly last: FoundFrame | undefined;
  /** Where the first thing starts that is not a whole frame; the size of the file when all is well. */
  readonly stoppedAt: number;
  readonly reason: "end" | "cut" | "no-frame";
}

const HEADER_BYTES_MAX = 18;
const BLOCK_HEADER_BYTES = 3;

/**
 * Goes from frame to frame by their headers alone, without decompressing. For files whose index cannot be had: says how far
 * whole frames reach.
 */
export async function walkFrames(source: RandomAccess): Promise<Walk> {
  let offset = 0;
  let frames = 0;
  let textFrames = 0;
  let last: FoundFrame | undefined;
  const stopped = (reason: Walk["reason"]): Walk => ({ frames, textFrames, last, stoppedAt: offset, reason });
  while (offset < source.size) {
    const header = asBuffer(await source.read(offset, Math.min(HEADER_BYTES_MAX, source.size - offset)));
    if (header.length < 5) return stopped("cut");
    const magic = header.readUInt32LE(0);
    if (magic !== ZSTD_MAGIC && !isSkippable(magic)) return stopped("no-frame");
    const bytes = magic === ZSTD_MAGIC ? await zstdFrameBytes(source, offset, header) : skippableFrameBytes(header);
    if (bytes === "no-frame") return stopped("no-frame");
    if (bytes === "cut" || offset + bytes > source.size) return stopped("cut");
    last = { magic, offset, bytes };
    frames++;
    if (magic === ZSTD_MAGIC) textFrames++;
    offset += bytes;
  }
  return stopped("end");
}

function skippableFrameBytes(header: Buffer): number | "cut" {
  return header.length < SKIPPABLE_HEADER_BYTES ? "cut" : SKIPPABLE_HEADER_BYTES + header.readUInt32LE(4);
}

/** RFC 8878, 3.1.1: frame header, blocks up to the one marked last, checksum. */
async function zstdFrameBytes(source: RandomAccess, start: number, header: Buffer): Promise<number | "cut" | "no-frame"> {
  const descriptor = header.readUInt8(4);
  if ((descriptor & 0b1000) !== 0) return "no-frame";
  const singleSegment = (descriptor & 0b100000) !== 0;
  const contentSizeFlag = descriptor >> 6;
  const contentSizeBytes = contentSizeFlag === 0 ? (singleSegment ? 1 : 0) : 2 ** contentSizeFlag;
  const dictionaryIdBytes = [0, 1, 2, 4][descriptor & 0b11] ?? 0;
  let at = start + 5 + (singleSegment ? 0 : 1) + dictionaryIdBytes + contentSizeBytes;
  for (;;) {
    if (at + BLOCK_HEADER_BYTES > source.size) return "cut";
    const block = asBuffer(await source.read(at, BLOCK_HEADER_BYTES)).readUIntLE(0, 3);
    const type = (block >> 1) & 0b11;
    if (type === 3) return "no-frame";
    at += BLOCK_HEADER_BYTES + (type === 1 ? 1 : block >> 3);
    if ((block & 1) === 1) break;
  }
  return at + ((descriptor & 0b100) !== 0 ? 4 : 0) - start;
}
