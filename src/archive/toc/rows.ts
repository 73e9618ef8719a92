import { PgstowError } from "../../core/errors.ts";
import type { DataTotals, RowBatch } from "../archive.ts";
import { freeBytes } from "../../chunk/free.ts";
import { checkBatch } from "../row-batch.ts";

const LINE_FEED = 10;
const BATCH_BYTES = 1 << 20;
/** The server takes no longer line. */
const ROW_BYTES_MAX = 2 ** 30;
/** What may follow the last row: `\.` and line feeds. */
const TAIL_BYTES = 64;
/** What pg_dump writes after the last row. */
const END_OF_ROWS = Buffer.from("\\.\n\n\n");

/** The bytes of an entry with rows as pg_dump's formats store them; `onRows` is told what goes by. */
export async function* storedRows(batches: AsyncIterable<RowBatch>, onRows: (totals: DataTotals) => void): AsyncGenerator<Uint8Array> {
  for await (const batch of batches) {
    checkBatch(batch);
    onRows({ rows: batch.rows, rawBytes: batch.bytes.length });
    if (batch.bytes.length > 0) yield batch.bytes;
    freeBytes(batch.bytes);
  }
  yield END_OF_ROWS;
}

/** The rows of such bytes again. Throws a PgstowError `corrupt` when they do not end as they must, which means that rows are missing. */
export async function* batchesOf(content: AsyncIterable<Uint8Array>): AsyncGenerator<RowBatch> {
  let pieces: Uint8Array[] = [];
  let pendingBytes = 0;
  let wanted = BATCH_BYTES;
  for await (const piece of content) {
    pieces.push(piece);
    pendingBytes += piece.length;
    if (pendingBytes < wanted) continue;
    const pending = joined(pieces, pendingBytes);
    const end = pending.lastIndexOf(LINE_FEED, pending.length - TAIL_BYTES - 1) + 1;
    if (end > 0) yield batchOf(pending, end);
    pieces = [pending.subarray(end)];
    pendingBytes -= end;
    if (pendingBytes > ROW_BYTES_MAX) throw new PgstowError("corrupt", "a row is longer than a row can be");
    // A row longer than a batch is looked at seldom.
    wanted = Math.max(BATCH_BYTES, pendingBytes * 2);
  }
  const pending = joined(pieces, pendingBytes);
  const end = endOfRows(pending);
  if (end > 0) yield batchOf(pending, end);
}

/** Counts rows without keeping any; the same errors. */
export async function countRows(content: AsyncIterable<Uint8Array>): Promise<DataTotals> {
  let tail = Buffer.alloc(0);
  let rows = 0;
  let rawBytes = 0;
  let rowBytes = 0;
  for await (const piece of content) {
    rows += countLineFeeds(piece);
    rawBytes += piece.length;
    const lastFeed = piece.lastIndexOf(LINE_FEED);
    rowBytes = lastFeed < 0 ? rowBytes + piece.length : piece.length - 1 - lastFeed;
    if (rowBytes > ROW_BYTES_MAX) throw new PgstowError("corrupt", `row ${rows + 1} is longer than a row can be`);
    tail = Buffer.from(Buffer.concat([tail, piece.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES));
  }
  const after = tail.subarray(endOfRows(tail));
  return { rows: rows - countLineFeeds(after), rawBytes: rawBytes - after.length };
}

/** Where the rows end and `\.` stands. */
function endOfRows(pending: Buffer): number {
  let end = pending.length;
  while (end > 0 && pending[end - 1] === LINE_FEED) end--;
  const start = end - 2;
  const isMarker = end < pending.length && pending.subarray(start < 0 ? 0 : start, end).toString("latin1") === "\\.";
  if (!isMarker || (start > 0 && pending[start - 1] !== LINE_FEED)) {
    throw new PgstowError("corrupt", "its rows do not end in the line \\. that stands after the last one: rows are missing");
  }
  return start;
}

/** In a buffer of its own, because it may be moved to another thread. */
function batchOf(pending: Buffer, end: number): RowBatch {
  const bytes = new Uint8Array(end);
  bytes.set(pending.subarray(0, end));
  return { bytes, rows: countLineFeeds(bytes) };
}

function joined(pieces: readonly Uint8Array[], length: number): Buffer {
  return Buffer.concat(pieces, length);
}

const SAMPLE_BYTES = 1024;
/** Shorter rows are counted byte by byte, longer ones by searching: either is several times faster than the other at its own. */
const SHORT_ROW_BYTES = 16;

function countLineFeeds(bytes: Uint8Array): number {
  const sample = countByByte(bytes, Math.min(bytes.length, SAMPLE_BYTES));
  if (bytes.length <= SAMPLE_BYTES) return sample;
  if (sample > SAMPLE_BYTES / SHORT_ROW_BYTES) return countByByte(bytes, bytes.length);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let count = 0;
  for (let at = buffer.indexOf(LINE_FEED); at >= 0; at = buffer.indexOf(LINE_FEED, at + 1)) count++;
  return count;
}

function countByByte(bytes: Uint8Array, end: number): number {
  let count = 0;
  // An index, because an iterator takes ten times as long.
  for (let at = 0; at < end; at++) if (bytes[at] === LINE_FEED) count++;
  return count;
}
