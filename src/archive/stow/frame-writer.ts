import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";

import { freeBytes } from "../../chunk/free.ts";
import { OrderedPipeline } from "../../chunk/pipeline.ts";
import { ChunkPool } from "../../chunk/pool.ts";
import type { ChunkPoolOptions, StoredChunk } from "../../chunk/pool.ts";
import type { Search, SearchChoice } from "../../chunk/search-choice.ts";
import { PgstowError } from "../../core/errors.ts";
import type { Sink } from "../archive.ts";
import { FrameTable, FrameTableBuilder } from "./frame-table.ts";
import type { FrameRecord } from "./frame-table.ts";
import { encodeHeadFrame } from "./head-frame.ts";
import { decodeIndexFrame, encodeIndex, encodeIndexFrame, readIndex } from "./index-frame.ts";
import type { IndexFacts } from "./index-json.ts";
import { encodeSeekTable } from "./seek-table.ts";
import type { SeekRow } from "./seek-table.ts";
import { asBuffer } from "./skippable.ts";

/** A chunk that is larger than this (a huge row) is compressed alone, so that not several of them are in memory. */
const SIDE_BY_SIDE_BYTES_MAX = 16 << 20;
/** The index is written once and read often. */
const INDEX_LEVEL = 9;

/** What is known of a frame before it is compressed. */
export type FrameFacts = Omit<FrameRecord, "offset" | "storedBytes" | "rawBytes" | "sha256">;

export interface FrameWriterOptions extends ChunkPoolOptions {
  /** zstd level; unless said otherwise as LEVEL.md has it. */
  readonly level?: number;
}

export interface WrittenIndex {
  readonly fingerprint: string;
  readonly storedBytes: number;
}

/** Compresses frames side by side, writes them in order, keeps the frame table; at the end writes index and seek table. */
export class FrameWriter {
  readonly #sink: Sink;
  readonly #level: number | undefined;
  readonly #pool: ChunkPool;
  readonly #pipeline: OrderedPipeline<StoredChunk>;
  readonly #table = new FrameTableBuilder();
  #offset = 0;

  constructor(sink: Sink, options: FrameWriterOptions) {
    this.#sink = sink;
    this.#level = options.level;
    this.#pool = new ChunkPool(options);
    this.#pipeline = new OrderedPipeline(this.#pool.inFlightMax);
  }

  async head(): Promise<void> {
    const bytes = encodeHeadFrame();
    const none = { entry: 0, range: 0, ordinal: 0, dataBytes: 0, rows: 0, prefixBytes: 0, suffixBytes: 0 };
    const sha256 = createHash("sha256").update(bytes).digest();
    await this.#store({ ...none, kind: "head" }, { bytes, rawBytes: 0, sha256 });
  }

  /** One frame of all parts; they are given away. Resolves when there is room for the next. */
  async frame(parts: readonly Uint8Array[], facts: FrameFacts, choice?: SearchChoice): Promise<void> {
    const rawBytes = parts.reduce((sum, part) => sum + part.length, 0);
    const alone = rawBytes > SIDE_BY_SIDE_BYTES_MAX;
    if (alone) await this.#pipeline.drain();
    let search: Search | "compare" | undefined;
    await this.#pipeline.push(
      () => {
        search = choice?.next(rawBytes);
        return this.#pool.compress(parts, { level: this.#level, search });
      },
      (stored) => {
        if (search !== undefined) choice?.took(search, stored);
        // Never a short archive: a buffer that somebody else gave away too arrives empty.
        if (stored.rawBytes !== rawBytes) throw new PgstowError("internal", `a chunk lost ${rawBytes - stored.rawBytes} bytes on its way`);
        return this.#store(facts, stored);
      },
    );
    if (alone) await this.#pipeline.drain();
  }

  async finish(facts: IndexFacts): Promise<WrittenIndex> {
    await this.#pipeline.drain();
    const raw = encodeIndex(facts, this.#table.bytes());
    const expected = Buffer.from(raw);
    const { bytes, sha256 } = await this.#pool.compress([raw], { level: INDEX_LEVEL });
    const index = encodeIndexFrame(bytes, sha256);
    const indexOffset = this.#offset;
    await this.#write(index);
    await this.#write(encodeSeekTable(this.#seekRows(index.length), this.#table.count + 1));
    await this.#pool.close();
    await this.#readAgain(index, indexOffset, expected);
    return { fingerprint: asBuffer(sha256).toString("hex"), storedBytes: this.#offset };
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  *#seekRows(indexBytes: number): Generator<SeekRow> {
    yield* new FrameTable(this.#table.bytes());
    yield { storedBytes: indexBytes, rawBytes: 0 };
  }

  /** An archive that cannot be read is worse than none: the index is decoded again, from the file where that can be, and compared. */
  async #readAgain(index: Buffer, offset: number, expected: Buffer): Promise<void> {
    const stored = this.#sink.readBack === undefined ? index : await this.#sink.readBack(offset, index.length);
    const decoded = decodeIndexFrame(stored, offset).index;
    const same = isDeepStrictEqual(decoded, readIndex(expected));
    if (!same) throw new PgstowError("internal", "the index does not read as it was written");
  }

  async #store(facts: FrameFacts, stored: StoredChunk): Promise<void> {
    const { bytes, rawBytes, sha256 } = stored;
    this.#table.add({ ...facts, offset: this.#offset, storedBytes: bytes.length, rawBytes, sha256 });
    await this.#write(bytes);
    freeBytes(bytes);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    await this.#sink.write(bytes);
    this.#offset += bytes.length;
  }
}
