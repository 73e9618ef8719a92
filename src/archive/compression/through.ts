import type { Transform } from "node:stream";

/**
 * Sends bytes through a stream of Node's, one piece at a time: the next piece is asked for when the stream has taken the last one in.
 * Whoever stops early ends the source too. Errors of the source come out as they are.
 */
export async function* through(transform: Transform, source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const fed = feed(transform, source);
  try {
    for await (const piece of transform) yield piece as Uint8Array;
  } finally {
    transform.destroy();
    await fed;
  }
}

async function feed(transform: Transform, source: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const piece of source) {
      if (transform.destroyed || transform.readableEnded) return;
      await write(transform, piece);
    }
    transform.end();
  } catch (error) {
    transform.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

/** A stream that has ended or failed never says that it has taken a piece in; what went wrong shows on its other side. */
function write(transform: Transform, piece: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      for (const event of ["end", "close", "error"]) transform.off(event, done);
      resolve();
    };
    for (const event of ["end", "close", "error"]) transform.on(event, done);
    transform.write(piece, done);
  });
}
