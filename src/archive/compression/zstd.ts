import binding from "zstd-napi/binding.js";

import { PgstowError } from "../../core/errors.ts";

const OUTPUT_BYTES = 128 * 1024;
const NOTHING = new Uint8Array(0);

/** Contexts that nobody uses at the moment. Each holds megabytes that the garbage collector does not see, so they are used again. */
const idleCompressors: binding.CCtx[] = [];
const idleDecompressors: binding.DCtx[] = [];
const IDLE_MAX = 2;

/** One frame with a checksum of its content. A thread of the library's own does the work while the next rows arrive. */
export async function* compressZstd(source: AsyncIterable<Uint8Array>, level?: number): AsyncGenerator<Uint8Array> {
  const context = idleCompressors.pop() ?? new binding.CCtx();
  try {
    if (level !== undefined) context.setParameter(binding.CParameter.compressionLevel, level);
    context.setParameter(binding.CParameter.checksumFlag, 1);
    context.setParameter(binding.CParameter.nbWorkers, 1);
    for await (const piece of source) yield* feed(context, piece, binding.EndDirective.continue);
    yield* feed(context, NOTHING, binding.EndDirective.end);
  } finally {
    context.reset(binding.ResetDirective.sessionAndParameters);
    if (idleCompressors.length < IDLE_MAX) idleCompressors.push(context);
  }
}

function* feed(context: binding.CCtx, piece: Uint8Array, directive: binding.EndDirective): Generator<Uint8Array> {
  let rest = piece;
  for (;;) {
    const output = Buffer.allocUnsafe(OUTPUT_BYTES);
    const [remaining, produced, consumed] = context.compressStream2(output, rest, directive);
    rest = rest.subarray(consumed);
    if (produced > 0) yield output.subarray(0, produced);
    if (rest.length === 0 && (directive === binding.EndDirective.continue || remaining === 0)) return;
  }
}

/** Any number of frames. Throws a PgstowError `corrupt` for a damaged or cut one. */
export async function* decompressZstd(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const context = idleDecompressors.pop() ?? new binding.DCtx();
  try {
    let withinFrame = false;
    for await (const piece of source) withinFrame = yield* uncompress(context, piece, withinFrame);
    if (withinFrame) throw new PgstowError("corrupt", "the zstd data ends within a frame");
  } finally {
    context.reset(binding.ResetDirective.sessionOnly);
    if (idleDecompressors.length < IDLE_MAX) idleDecompressors.push(context);
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
