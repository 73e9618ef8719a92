import type { ChunkPool } from "../../chunk/pool.ts";
import { PgstowError, throwIfAborted } from "../../core/errors.ts";
import { encodeText } from "../../core/text-bytes.ts";
import type {
  ArchiveMetadata,
  ArchiveReader,
  ArchiveSummary,
  EntryData,
  EntryPart,
  EntrySize,
  LargeObjectPiece,
  RandomAccess,
  RowBatch,
  StatementBatch,
  VerifyReport,
} from "../archive.ts";
import { describeEntry } from "../entry.ts";
import type { Entry } from "../entry.ts";
import { asUnicode } from "../readable-text.ts";
import type { ArchiveEnd } from "./end.ts";
import { damagedFrame } from "./frame-place.ts";
import type { FrameRecord } from "./frame-table.ts";
import { parsePuts } from "./large-object-put.ts";
import { partsOf } from "./parts.ts";
import { asBuffer } from "./skippable.ts";
import type { VerifyOptions } from "./verify.ts";

/** Raw bytes that may be read ahead of the consumer, one chunk at least. */
const READ_AHEAD_BYTES = 8 << 20;
const END_OF_ROWS = Buffer.from("\\.\n");

interface Chunk {
  readonly frame: FrameRecord;
  readonly number: number;
  readonly raw: Buffer;
}

/** An open stow archive whose end has been read and checked. Its data is checked chunk by chunk, before anybody sees it. */
export class StowReader implements ArchiveReader {
  readonly format = "stow";
  readonly metadata: ArchiveMetadata;
  readonly dumpedBy: string;
  readonly entries: readonly Entry[];
  readonly sizes: ReadonlyMap<number, EntrySize>;
  readonly summary: ArchiveSummary;
  readonly #source: RandomAccess;
  readonly #end: ArchiveEnd;
  /** Frame numbers by dumpId, in the order of their rows. */
  readonly #chunks: ReadonlyMap<number, readonly number[]>;
  readonly #copyLines: ReadonlyMap<number, string>;
  #pool: ChunkPool | undefined;
  #closed = false;

  constructor(source: RandomAccess, end: ArchiveEnd) {
    this.#source = source;
    this.#end = end;
    const { metadata, entries } = asUnicode(end.index);
    this.metadata = metadata;
    this.dumpedBy = end.index.script.dumpedBy;
    this.entries = entries;
    // The COPY lines as they stand in the frames.
    this.#copyLines = new Map(entries === end.index.entries ? [] : end.index.entries.map(({ dumpId, copy }) => [dumpId, copy]));
    const { sizes, chunks } = measure(end);
    this.sizes = sizes;
    this.#chunks = chunks;
    let rows = 0;
    let rawBytes = 0;
    for (const size of sizes.values()) {
      rows += size.rows;
      rawBytes += size.rawBytes;
    }
    this.summary = { rows, rawBytes, storedBytes: source.size, fingerprint: end.fingerprint, finishedAt: end.index.finishedAt };
  }

  async verify(options: VerifyOptions = {}): Promise<VerifyReport> {
    const { verifyStow } = await import("./verify.ts");
    return verifyStow(this.#source, this.#end, options);
  }

  data(entry: Entry, options: { readonly signal?: AbortSignal; readonly part?: EntryPart } = {}): EntryData {
    const { part } = options;
    const all = this.#chunksOf(entry);
    const numbers = part === undefined ? all : all.slice(part.chunksBefore, part.chunksBefore + part.chunks);
    switch (entry.data) {
      case "large-objects":
        return { type: "large-objects", pieces: this.#pieces(numbers, options.signal) };
      case "statements":
        return { type: "statements", batches: this.#statements(numbers, options.signal) };
      default:
        return { type: "rows", batches: this.#batches(entry, numbers, options.signal) };
    }
  }

  parts(entry: Entry, count: number): readonly EntryPart[] {
    return partsOf(
      this.#chunksOf(entry).map((number) => this.#end.index.frames.at(number)),
      count,
    );
  }

  #chunksOf(entry: Entry): readonly number[] {
    const numbers = this.#chunks.get(entry.dumpId);
    if (numbers === undefined) throw new PgstowError("internal", `the archive holds no data of ${describeEntry(entry)}`);
    return numbers;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#pool?.close();
    this.#pool = undefined;
    await this.#source.close();
  }

  async *#batches(entry: Entry, numbers: readonly number[], signal: AbortSignal | undefined): AsyncGenerator<RowBatch> {
    const copy = encodeText(this.#copyLines.get(entry.dumpId) ?? entry.copy, this.#end.index.metadata);
    for await (const chunk of this.#read(numbers, signal)) {
      const { frame, raw } = chunk;
      const rowsEnd = raw.length - frame.suffixBytes;
      const before = raw.subarray(Math.max(0, frame.prefixBytes - copy.length), frame.prefixBytes);
      if (!before.equals(copy) || !raw.subarray(rowsEnd, rowsEnd + END_OF_ROWS.length).equals(END_OF_ROWS)) {
        throw this.#damaged(chunk, "its rows do not stand where the index says");
      }
      if (frame.dataBytes > 0) yield { bytes: raw.subarray(frame.prefixBytes, rowsEnd), rows: frame.rows };
    }
  }

  async *#statements(numbers: readonly number[], signal: AbortSignal | undefined): AsyncGenerator<StatementBatch> {
    for await (const { frame, raw } of this.#read(numbers, signal)) {
      if (frame.dataBytes > 0) yield { bytes: raw.subarray(frame.prefixBytes, raw.length - frame.suffixBytes), rows: frame.rows };
    }
  }

  async *#pieces(numbers: readonly number[], signal: AbortSignal | undefined): AsyncGenerator<LargeObjectPiece> {
    let held: { oid: number; bytes: Uint8Array; first: boolean } | undefined;
    for await (const chunk of this.#read(numbers, signal)) {
      const { frame, raw } = chunk;
      for (const put of this.#puts(chunk, raw.subarray(frame.prefixBytes, raw.length - frame.suffixBytes))) {
        if (held !== undefined) yield { ...held, last: put.offset === 0 };
        held = { oid: put.oid, bytes: put.bytes, first: put.offset === 0 };
      }
    }
    if (held !== undefined) yield { ...held, last: true };
  }

  *#puts(chunk: Chunk, text: Buffer): ReturnType<typeof parsePuts> {
    try {
      yield* parsePuts(text);
    } catch (error) {
      throw this.#damaged(chunk, error instanceof PgstowError ? error.message : String(error));
    }
  }

  /** Chunks in order, checked and decompressed ahead of whoever takes them, within bounds. */
  async *#read(numbers: readonly number[], signal: AbortSignal | undefined): AsyncGenerator<Chunk> {
    const pool = await this.#openPool();
    const ahead: { readonly chunk: Promise<Chunk>; readonly rawBytes: number }[] = [];
    let aheadBytes = 0;
    let next = 0;
    for (;;) {
      while (next < numbers.length && ahead.length < pool.inFlightMax && (ahead.length === 0 || aheadBytes < READ_AHEAD_BYTES)) {
        const number = numbers[next++] ?? 0;
        const frame = this.#end.index.frames.at(number);
        const chunk = this.#chunk(pool, number, frame);
        // Whoever stops early never asks for the rest, and their failure is then nobody's business.
        chunk.catch(() => undefined);
        ahead.push({ chunk, rawBytes: frame.rawBytes });
        aheadBytes += frame.rawBytes;
      }
      const first = ahead.shift();
      if (first === undefined) return;
      throwIfAborted(signal);
      aheadBytes -= first.rawBytes;
      yield await first.chunk;
    }
  }

  /** A table of contents is read without worker threads, and without the time that they take to load. */
  async #openPool(): Promise<ChunkPool> {
    const { ChunkPool: Pool } = await import("../../chunk/pool.ts");
    if (this.#closed) throw new PgstowError("aborted", "the archive was closed");
    return (this.#pool ??= new Pool());
  }

  async #chunk(pool: ChunkPool, number: number, frame: FrameRecord): Promise<Chunk> {
    const stored = await this.#source.read(frame.offset, frame.storedBytes);
    try {
      return { number, frame, raw: asBuffer(await pool.decompress(stored, frame.rawBytes, Uint8Array.from(frame.sha256))) };
    } catch (error) {
      if (error instanceof PgstowError && error.code === "corrupt") throw this.#damaged({ number, frame }, error.message);
      throw error;
    }
  }

  #damaged(chunk: Pick<Chunk, "number" | "frame">, problem: string): PgstowError {
    return damagedFrame(this.#source.name, chunk.number, chunk.frame, this.entries, problem);
  }
}

/** What each entry's data comes to, and where its chunks are. */
function measure(end: ArchiveEnd): { sizes: Map<number, EntrySize>; chunks: Map<number, number[]> } {
  const sizes = new Map<number, EntrySize>();
  const chunks = new Map<number, number[]>();
  const nothing: EntrySize = { rows: 0, rawBytes: 0, storedBytes: 0, chunks: 0 };
  // By the frame's number: to decode two frames for each comparison would take seconds for a large table.
  const ranges = new Uint32Array(end.index.frames.count);
  let number = 0;
  for (const frame of end.index.frames) {
    ranges[number] = frame.range;
    if (frame.kind !== "head" && frame.kind !== "sql") {
      const size = sizes.get(frame.entry) ?? nothing;
      sizes.set(frame.entry, {
        rows: size.rows + frame.rows,
        rawBytes: size.rawBytes + frame.dataBytes,
        storedBytes: size.storedBytes + frame.storedBytes,
        chunks: size.chunks + 1,
      });
      const numbers = chunks.get(frame.entry);
      if (numbers === undefined) chunks.set(frame.entry, [number]);
      else numbers.push(number);
    }
    number++;
  }
  // The chunks of several ranges may stand interleaved in the file.
  const rangeOf = (at: number): number => ranges[at] ?? 0;
  for (const numbers of chunks.values()) numbers.sort((a, b) => rangeOf(a) - rangeOf(b) || a - b);
  return { sizes, chunks };
}
