import type { LargeObjectPiece } from "../archive.ts";

/** Bytes of a large object per statement. */
export const LARGE_OBJECT_LINE_BYTES = 16384;

/** `lo_open` for writing: INV_WRITE. */
const WRITE_MODE = 131072;

/** `'\x00ff'`, as it reads under either setting of standard_conforming_strings. */
export function byteaLiteral(bytes: Uint8Array, standardConformingStrings: boolean): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
  return standardConformingStrings ? `'\\x${hex}'` : `'\\\\x${hex}'`;
}

/**
 * Cuts the pieces of large objects anew, each of `lineBytes` but for the last of an object; an empty object is one piece without
 * bytes. `offset` is where the piece stands in its object.
 */
export async function* inLines(
  pieces: AsyncIterable<LargeObjectPiece>,
  lineBytes: number = LARGE_OBJECT_LINE_BYTES,
): AsyncGenerator<LargeObjectPiece & { readonly offset: number }> {
  let pending: Uint8Array = new Uint8Array(0);
  let offset = 0;
  let first = true;
  for await (const piece of pieces) {
    if (piece.first) {
      pending = new Uint8Array(0);
      offset = 0;
      first = true;
    }
    pending = pending.length === 0 ? piece.bytes : Buffer.concat([pending, piece.bytes]);
    while (pending.length > lineBytes || (piece.last && (pending.length > 0 || first))) {
      const bytes = pending.subarray(0, lineBytes);
      pending = pending.subarray(bytes.length);
      yield { oid: piece.oid, bytes, first, last: piece.last && pending.length === 0, offset };
      offset += bytes.length;
      first = false;
    }
  }
}

/** The statements of one line's worth, as pg_dump writes them: with lo_open before the first and lo_close after the last. */
export function largeObjectText(line: LargeObjectPiece, standardConformingStrings: boolean): string {
  const open = line.first ? `SELECT pg_catalog.lo_open('${line.oid}', ${WRITE_MODE});\n` : "";
  const write = line.bytes.length > 0 ? `SELECT pg_catalog.lowrite(0, ${byteaLiteral(line.bytes, standardConformingStrings)});\n` : "";
  const close = line.last ? "SELECT pg_catalog.lo_close(0);\n\n" : "";
  return open + write + close;
}
