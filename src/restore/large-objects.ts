import type { LargeObjectPiece } from "../archive/archive.ts";

/** Bytes of large objects that go to the server in one message; in hex they are twice as many. */
const MESSAGE_BYTES_MAX = 256 * 1024;

/**
 * Writes the contents of large objects that exist and are empty; `onBytes` is told of the raw bytes as they go. Objects are found by
 * their OIDs, so pieces of different objects may share a message.
 */
export async function restoreLargeObjects(
  pieces: AsyncIterable<LargeObjectPiece>,
  onBytes: (bytes: number) => void,
  run: (sql: string) => Promise<void>,
): Promise<void> {
  let offset = 0;
  let statements: string[] = [];
  let pendingBytes = 0;
  const send = async (): Promise<void> => {
    if (statements.length === 0) return;
    await run(statements.join("\n"));
    onBytes(pendingBytes);
    statements = [];
    pendingBytes = 0;
  };
  for await (const piece of pieces) {
    if (piece.first) offset = 0;
    for (let start = 0; start < piece.bytes.length; start += MESSAGE_BYTES_MAX) {
      const bytes = piece.bytes.subarray(start, start + MESSAGE_BYTES_MAX);
      statements.push(putStatement(piece.oid, offset, bytes));
      offset += bytes.length;
      pendingBytes += bytes.length;
      if (pendingBytes >= MESSAGE_BYTES_MAX) await send();
    }
  }
  await send();
}

/** Means the same whatever standard_conforming_strings is. */
function putStatement(oid: number, offset: number, bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
  return `SELECT pg_catalog.lo_put(${String(oid)}, ${String(offset)}, pg_catalog.decode('${hex}', 'hex'));`;
}
