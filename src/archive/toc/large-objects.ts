import type { LargeObjectPiece } from "../archive.ts";

/** One large object and its bytes, which must be read to their end before the next object is asked for. */
export interface StoredObject {
  readonly oid: number;
  readonly content: AsyncIterable<Uint8Array>;
}

/** Pieces that say which of them is the first and the last. */
export async function* piecesOf(objects: AsyncIterable<StoredObject>): AsyncGenerator<LargeObjectPiece> {
  for await (const { oid, content } of objects) {
    let held: Uint8Array | undefined;
    let first = true;
    for await (const bytes of content) {
      if (held !== undefined) {
        yield { oid, bytes: held, first, last: false };
        first = false;
      }
      held = bytes;
    }
    yield { oid, bytes: held ?? new Uint8Array(0), first, last: true };
  }
}

/** The other way round: the objects of pieces that come one object after the other. */
export async function* objectsOf(pieces: AsyncIterable<LargeObjectPiece>): AsyncGenerator<StoredObject> {
  const source = pieces[Symbol.asyncIterator]();
  try {
    for (;;) {
      const start = await source.next();
      if (start.done === true) return;
      yield { oid: start.value.oid, content: contentFrom(start.value, source) };
    }
  } finally {
    await source.return?.();
  }
}

async function* contentFrom(start: LargeObjectPiece, source: AsyncIterator<LargeObjectPiece>): AsyncGenerator<Uint8Array> {
  for (let piece = start; ;) {
    if (piece.bytes.length > 0) yield piece.bytes;
    if (piece.last) return;
    const next = await source.next();
    if (next.done === true) return;
    piece = next.value;
  }
}
