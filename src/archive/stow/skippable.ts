/** Frames that every zstd decoder passes over: magic number, length of the content, content; both numbers little-endian. */
export const HEAD_MAGIC = 0x184d2a50;
export const INDEX_MAGIC = 0x184d2a51;
export const SEEK_TABLE_MAGIC = 0x184d2a5e;
export const ZSTD_MAGIC = 0xfd2fb528;

export const SKIPPABLE_HEADER_BYTES = 8;

export function skippableHeader(magic: number, contentBytes: number): Buffer {
  const header = Buffer.alloc(SKIPPABLE_HEADER_BYTES);
  header.writeUInt32LE(magic, 0);
  header.writeUInt32LE(contentBytes, 4);
  return header;
}

export function isSkippable(magic: number): boolean {
  return magic >= 0x184d2a50 && magic <= 0x184d2a5f;
}

/** The same bytes as a Buffer, without a copy. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
