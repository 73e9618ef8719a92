import { PgstowError } from "../core/errors.ts";
import type { RowBatch } from "../archive/archive.ts";

/** What a deframer finds. */
export interface DeframerSink {
  /** Whole rows, in a buffer of their own that starts at offset 0 of its memory: it can be transferred to another thread. */
  batch(batch: RowBatch): void;
  /** A whole message that may come between rows (notice, parameter change) or before them. */
  news(frame: Buffer): void;
  /** The first message that is none of these, and all bytes after it: the data has ended, well or not. */
  end(rest: Buffer): void;
}

const HEADER_BYTES = 5;
const ENDED = -1;
/** More than one read of a socket gives. */
const READ_BYTES_MAX = 128 * 1024;
const COPY_DATA = 0x64;
/** CopyOutResponse, NoticeResponse, ParameterStatus, NotificationResponse. */
const NEWS = [0x48, 0x4e, 0x53, 0x41];

/**
 * Takes COPY rows out of their CopyData messages, one message a row, and gathers them into batches cut at a row's end. Each read of the
 * socket is copied once into the batch, and the rows are moved together there, over their headers: no object is made per row.
 */
export class CopyDataDeframer {
  readonly #batchBytes: number;
  readonly #sink: DeframerSink;
  #batch: Buffer = Buffer.alloc(0);
  /** Bytes in the batch; of those, bytes of whole rows. */
  #fill = 0;
  #rowsEnd = 0;
  #rows = 0;
  #rowsTotal = 0;
  /** Bytes of the current row that are still to come. */
  #rowRest = 0;
  readonly #header = Buffer.alloc(HEADER_BYTES);
  #headerFill = 0;
  #news: Buffer | undefined;
  #newsFill = 0;
  #ended = false;

  constructor(batchBytes: number, sink: DeframerSink) {
    this.#batchBytes = batchBytes;
    this.#sink = sink;
  }

  /** Rows seen so far. */
  get rows(): number {
    return this.#rowsTotal + this.#rows;
  }

  /** Takes what a socket gave. Throws a PgstowError when it is not the protocol. */
  push(chunk: Uint8Array): void {
    if (this.#ended) throw new PgstowError("connection-lost", "COPY data after its end");
    this.#makeRoom(chunk.length);
    const batch = this.#batch;
    batch.set(chunk, this.#fill);
    let fill = this.#fill;
    let read = fill;
    let rowRest = this.#rowRest;
    this.#rowRest = 0;
    const end = fill + chunk.length;
    while (read < end) {
      if (rowRest > 0) {
        const bytes = rowRest < end - read ? rowRest : end - read;
        if (read !== fill) batch.copyWithin(fill, read, read + bytes);
        fill += bytes;
        read += bytes;
        rowRest -= bytes;
        if (rowRest === 0) {
          this.#rows++;
          this.#rowsEnd = fill;
        }
      } else if (batch[read] === COPY_DATA && end - read >= HEADER_BYTES && this.#headerFill === 0 && this.#news === undefined) {
        rowRest = rowBytes(batch, read);
        read += HEADER_BYTES;
        if (rowRest === 0) this.#rows++;
      } else {
        // A header split between two reads, or another message: rare, so it may be slow.
        this.#fill = fill;
        const taken = this.#takeOther(batch.subarray(read, end));
        if (taken === ENDED) return;
        read += taken;
        rowRest = this.#rowRest;
        this.#rowRest = 0;
      }
    }
    this.#fill = fill;
    this.#rowRest = rowRest;
    if (this.#rowsEnd >= this.#batchBytes) this.#emit();
  }

  /** Takes bytes outside of a row; gives how many, or ENDED. Sets `#rowRest` when a row starts. */
  #takeOther(bytes: Buffer): number {
    if (this.#news !== undefined) return this.#takeNews(this.#news, bytes);
    const taken = bytes.copy(this.#header, this.#headerFill, 0, HEADER_BYTES - this.#headerFill);
    this.#headerFill += taken;
    if (this.#headerFill < HEADER_BYTES) return taken;
    this.#headerFill = 0;
    const type = this.#header[0]!;
    if (type === COPY_DATA) {
      this.#rowRest = rowBytes(this.#header, 0);
      if (this.#rowRest === 0) this.#rows++;
    } else if (NEWS.includes(type)) {
      this.#news = Buffer.alloc(HEADER_BYTES + rowBytes(this.#header, 0));
      this.#newsFill = this.#header.copy(this.#news);
      this.#takeNews(this.#news, Buffer.alloc(0));
    } else {
      this.#ended = true;
      const rest = Buffer.concat([this.#header, bytes.subarray(taken)]);
      if (this.#rows > 0) this.#emit();
      this.#sink.end(rest);
      return ENDED;
    }
    return taken;
  }

  #takeNews(news: Buffer, bytes: Buffer): number {
    const taken = bytes.copy(news, this.#newsFill);
    this.#newsFill += taken;
    if (this.#newsFill === news.length) {
      this.#news = undefined;
      this.#sink.news(news);
    }
    return taken;
  }

  /** Makes the batch hold `bytes` more: by growing while it is small or its row is large, else by starting the next one. */
  #makeRoom(bytes: number): void {
    const capacity = this.#batch.length;
    const needed = this.#fill + bytes;
    if (needed <= capacity) return;
    const usual = this.#batchBytes + READ_BYTES_MAX;
    if (this.#rows > 0 && capacity >= usual) this.#emit(bytes);
    else {
      // The rest of a row is known, but its length is only the server's word: memory follows the bytes that came.
      const wanted =
        capacity === 0 && this.#rowsTotal > 0
          ? usual
          : Math.min(Math.max(capacity * 4, READ_BYTES_MAX), Math.max(usual, needed + this.#rowRest));
      this.#moveTo(Math.max(needed, wanted), 0);
    }
  }

  /** Hands the whole rows on; the start of the next row moves to a new batch. */
  #emit(bytesToCome = 0): void {
    const { rows } = this;
    const batch = { bytes: this.#batch.subarray(0, this.#rowsEnd), rows: this.#rows };
    const rest = this.#fill - this.#rowsEnd;
    if (rest === 0 && bytesToCome === 0) {
      this.#batch = Buffer.alloc(0);
      this.#fill = 0;
    } else {
      this.#moveTo(Math.max(this.#batchBytes + READ_BYTES_MAX, rest + bytesToCome), this.#rowsEnd);
    }
    this.#rowsTotal = rows;
    this.#rows = 0;
    this.#rowsEnd = 0;
    this.#sink.batch(batch);
  }

  #moveTo(capacity: number, from: number): void {
    const target = Buffer.allocUnsafeSlow(capacity);
    target.set(this.#batch.subarray(from, this.#fill), 0);
    this.#batch = target;
    this.#fill -= from;
  }
}

/** Bytes of a message's body, from its header. */
function rowBytes(bytes: Buffer, at: number): number {
  const length = ((bytes[at + 1]! << 24) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 8) | bytes[at + 4]!) - 4;
  if (length < 0) throw new PgstowError("connection-lost", "a message of impossible length in COPY data");
  return length;
}
