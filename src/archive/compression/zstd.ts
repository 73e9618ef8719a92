import binding from "zstd-napi/binding.js";

import type { ChunkPool, StoredChunk } from "../../chunk/pool.ts";
import { PgstowError } from "../../core/errors.ts";
import { inBlocks } from "./in-blocks.ts";
import type { Compression } from "./method.ts";

const OUTPUT_BYTES = 128 * 1024;
/** Content of a frame; with long-distance matching there must be a distance. */
const FRAME_BYTES = 1 << 20;
const LONG_FRAME_BYTES = 1 << 22;
const NOTHING = new Uint8Array(0);

/** Contexts that nobody uses at the moment. Each holds megabytes that the garbage collector does not see, so they are used again. */
const idle: binding.DCtx[] = [];
const IDLE_MAX = 2;

export type ZstdForm = Pick<Compression, "level" | "long">;

/** How frames are made, and which part of the pool they may take at the moment. */
export interface ZstdWork {
  readonly pool: ChunkPool;
  readonly form: ZstdForm;
  readonly share: () => number;
}

/** Independent frames with a checksum each, one to a piece: worker threads make several at a time. An empty content is one frame too. */
export async function* compressZstd(source: AsyncIterable<Uint8Array>, { pool, form, share }: ZstdWork): AsyncGenerator<Uint8Array> {
  // Of long frames no worker has more than one.
  const framesAhead = form.long === true ? pool.inFlightMax / 2 : pool.inFlightMax;
  const frameBytes = form.long === true ? Math.max(FRAME_BYTES, Math.floor(LONG_FRAME_BYTES * share())) : FRAME_BYTES;
  const ahead: Promise<StoredChunk>[] = [];
  let frames = 0;
  const start = (block: Uint8Array): void => {
    const frame = pool.compress([block], form);
    // Whoever stops early never asks for the rest, and their failure is then nobody's business.
    frame.catch(() => undefined);
    ahead.push(frame);
    frames++;
  };
  for await (const block of inBlocks(source, frameBytes, true)) {
    while (ahead.length >= Math.ceil(framesAhead * share())) {
      const first = ahead.shift();
      if (first === undefined) break;
      yield (await first).bytes;
    }
    start(block);
  }
  if (frames === 0) start(NOTHING);
  for (const frame of ahead) yield (await frame).bytes;
}

/** Any number of frames. Throws a PgstowError `corrupt` for a damaged or cut one. */
export async function* decompressZstd(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const context = idle.pop() ?? new binding.DCtx();
  try {
    let withinFrame = false;
    for await (const piece of source) withinFrame = yield* uncompress(context, piece, withinFrame);
    if (withinFrame) throw new PgstowError("corrupt", "the zstd data ends within a frame");
  } finally {
    context.reset(binding.ResetDirective.sessionOnly);
    if (idle.length < IDLE_MAX) idle.push(context);
  }
}

/** Gives whether a frame goes on behind the piece. */
function* uncompress(context: binding.DCtx, piece: Uint8Array, before: boolean): Generator<Uint8Array, boolean> {
  let rest = piece;
  let withinFrame = before;
  while (rest.length > 0) {
    const output = Buffer.allocUnsafe(OUTPUT_BYTES);
    const [needed, produced, consumed] = step(context, output, rest);
    rest = rest.subarray(consumed);
    withinFrame = needed !== 0;
    if (produced > 0) yield output.subarray(0, produced);
    if (produced === output.length && rest.length === 0) withinFrame = yield* drain(context, withinFrame);
  }
  return withinFrame;
}

/** What the library still holds back when its output was full. Gives whether the frame goes on. */
function* drain(context: binding.DCtx, withinFrame: boolean): Generator<Uint8Array, boolean> {
  let open = withinFrame;
  while (open) {
    const output = Buffer.allocUnsafe(OUTPUT_BYTES);
    const [needed, produced] = step(context, output, NOTHING);
    open = needed !== 0;
    if (produced > 0) yield output.subarray(0, produced);
    if (produced < output.length) break;
  }
  return open;
}

function step(context: binding.DCtx, output: Uint8Array, input: Uint8Array): ReturnType<binding.DCtx["decompressStream"]> {
  try {
    return context.decompressStream(output, input);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new PgstowError("corrupt", `could not uncompress zstd data: ${why}`, { cause: error });
  }
}
