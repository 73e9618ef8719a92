import { SEEK_TABLE_MAGIC, SKIPPABLE_HEADER_BYTES, skippableHeader } from "./skippable.ts";

/** Ends the file: number of frames (u32), descriptor (u8, zero: no checksums), this magic number (u32). */
const FOOTER_MAGIC = 0x8f92eab1;
const ROW_BYTES = 8;

export const SEEK_TABLE_FOOTER_BYTES = 9;

export interface SeekRow {
  readonly storedBytes: number;
  /** 0 for a skippable frame. */
  readonly rawBytes: number;
}

/** The last frame, as the zstd seekable format defines it: one row for every frame before it, the index being the last. */
export function encodeSeekTable(rows: Iterable<SeekRow>, count: number): Buffer {
  const contentBytes = count * ROW_BYTES + SEEK_TABLE_FOOTER_BYTES;
  const table = Buffer.alloc(SKIPPABLE_HEADER_BYTES + contentBytes);
  skippableHeader(SEEK_TABLE_MAGIC, contentBytes).copy(table);
  let at = SKIPPABLE_HEADER_BYTES;
  for (const row of rows) {
    table.writeUInt32LE(row.storedBytes, at);
    table.writeUInt32LE(row.rawBytes, at + 4);
    at += ROW_BYTES;
  }
  table.writeUInt32LE(count, at);
  table.writeUInt32LE(FOOTER_MAGIC, at + 5);
  return table;
}

/** Length of the whole seek table frame, from the last bytes of a file; undefined when they are no footer that we write. */
export function seekTableBytes(footer: Buffer): number | undefined {
  if (footer.length < SEEK_TABLE_FOOTER_BYTES || footer.readUInt32LE(5) !== FOOTER_MAGIC || footer.readUInt8(4) !== 0) return undefined;
  return SKIPPABLE_HEADER_BYTES + footer.readUInt32LE(0) * ROW_BYTES + SEEK_TABLE_FOOTER_BYTES;
}

/** The stored sizes, in order; undefined when the frame's header is wrong. */
export function seekTableSizes(table: Buffer): number[] | undefined {
  const header = skippableHeader(SEEK_TABLE_MAGIC, table.length - SKIPPABLE_HEADER_BYTES);
  if (!table.subarray(0, SKIPPABLE_HEADER_BYTES).equals(header)) return undefined;
  const sizes: number[] = [];
  for (let at = SKIPPABLE_HEADER_BYTES; at < table.length - SEEK_TABLE_FOOTER_BYTES; at += ROW_BYTES) sizes.push(table.readUInt32LE(at));
  return sizes;
}
