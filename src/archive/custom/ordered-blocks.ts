import { setTimeout as sleep } from "node:timers/promises";

import { PgstowError } from "../../core/errors.ts";
import { SpoolSpace } from "../../store/spool-space.ts";
import type { SpooledStream, SpoolSpaceOptions } from "../../store/spool-space.ts";
import { SinkPace } from "./sink-pace.ts";

/** So much may wait in the temporary file while the sink is what everything waits for. */
const AHEAD_OF_SLOW_SINK_BYTES = 64 << 20;
const LOOK_AGAIN_MS = 50;

/** The file that all blocks are for, in which one follows the other. */
export interface BlockFile {
  /** From here on it is this block's. */
  startBlock(id: number): void;
  write(bytes: Uint8Array): Promise<void>;
}

export interface OrderedBlocksOptions {
  readonly file: BlockFile;
  /** All blocks that may come, in their order in the file. */
  readonly order: readonly number[];
  readonly spool?: SpoolSpaceOptions;
  /** Bytes that may wait on disk for a slow sink. */
  readonly aheadOfSlowSink?: number;
  readonly pace?: SinkPace;
}

/** One block under way. */
interface Block {
  readonly id: number;
  readonly place: number;
  readonly waiting: SpooledStream;
  isStarted: boolean;
  isEnded: boolean;
}

/**
 * Takes several blocks at the same time and puts them into one file in their order, because pg_restore reads from a pipe only what comes in
 * the order of the table of contents. The block whose turn it is goes straight to the file; others wait in memory or a temporary file.
 */
export class OrderedBlocks {
  readonly #file: BlockFile;
  readonly #order: readonly number[];
  readonly #places: ReadonlyMap<number, number>;
  readonly #space: SpoolSpace;
  readonly #aheadOfSlowSink: number;
  readonly #pace: SinkPace;
  readonly #blocks = new Map<number, Block>();
  /** Place of the block whose turn it is. */
  #turn = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor({ file, order, spool, aheadOfSlowSink, pace }: OrderedBlocksOptions) {
    this.#file = file;
    this.#order = order;
    this.#places = new Map(order.map((id, place) => [id, place]));
    this.#space = new SpoolSpace(spool);
    this.#aheadOfSlowSink = aheadOfSlowSink ?? AHEAD_OF_SLOW_SINK_BYTES;
    this.#pace = pace ?? new SinkPace();
  }

  /** Takes one block to its end, of which `fill` writes the bytes; they may be overwritten once they are written. */
  async put(id: number, fill: (write: (bytes: Uint8Array) => Promise<void>) => Promise<void>): Promise<void> {
    const block = this.#begin(id);
    try {
      await fill((bytes) => this.#write(block, bytes));
      await this.#end(block);
    } catch (error) {
      this.#failure ??= { error };
      throw error;
    }
  }

  /** Writes what still waits because blocks before it never came. */
  async finish(): Promise<void> {
    for (; this.#turn < this.#order.length; this.#turn++) {
      const block = this.#block(this.#turn);
      if (block !== undefined) await this.#moveToFile(block);
    }
  }

  async close(): Promise<void> {
    this.#failure ??= { error: new PgstowError("aborted", "the archive was given up") };
    await this.#space.close();
  }

  #begin(id: number): Block {
    const place = this.#places.get(id);
    if (place === undefined || place < this.#turn || this.#blocks.has(place)) throw new PgstowError("internal", `no place for block ${id}`);
    const block = { id, place, waiting: this.#space.stream(), isStarted: false, isEnded: false };
    this.#blocks.set(place, block);
    return block;
  }

  #block(place: number): Block | undefined {
    return this.#blocks.get(place);
  }

  async #write(block: Block, bytes: Uint8Array): Promise<void> {
    await this.#waitForSlowSink(block);
    if (this.#failure !== undefined) throw this.#failure.error;
    if (block.place !== this.#turn) return block.waiting.write(bytes);
    await this.#moveToFile(block);
    await this.#pace.during(() => this.#file.write(bytes));
  }

  async #end(block: Block): Promise<void> {
    // Its turn may come meanwhile.
    if (block.place !== this.#turn) await block.waiting.end();
    block.isEnded = true;
    if (block.place !== this.#turn) return;
    for (let next: Block | undefined = block; next?.isEnded === true; next = this.#block(this.#turn)) {
      await this.#moveToFile(next);
      this.#blocks.delete(next.place);
      this.#turn++;
    }
  }

  /** What has waited so far; the rest needs no longer wait. */
  async #moveToFile(block: Block): Promise<void> {
    if (!block.isStarted) this.#file.startBlock(block.id);
    block.isStarted = true;
    if (block.waiting.isEmpty) return;
    for await (const bytes of block.waiting.read()) await this.#pace.during(() => this.#file.write(bytes));
  }

  /** What runs ahead of a sink that cannot keep up gains nothing, and would fill the disk. */
  async #waitForSlowSink(block: Block): Promise<void> {
    while (
      this.#failure === undefined &&
      block.place !== this.#turn &&
      this.#blocks.has(this.#turn) &&
      this.#space.fileBytes > this.#aheadOfSlowSink &&
      this.#pace.isSlow
    ) {
      await sleep(LOOK_AGAIN_MS);
    }
  }
}
