import type { Writable } from "node:stream";

import type { Sink } from "../archive/archive.ts";
import type { PgstowError } from "../core/errors.ts";
import { fileError } from "./file-error.ts";

/**
 * Writes to a stream that somebody else owns, such as standard output, one write at a time. A reader that goes away (EPIPE) is a
 * PgstowError `file`. `finish` waits for the last byte but leaves the stream open; what has been written cannot be taken back.
 */
export function streamSink(stream: Writable, name: string): Sink {
  let failure: PgstowError | undefined;
  const onError = (error: Error): void => {
    failure ??= fileError("write to", name, error);
  };
  stream.on("error", onError);
  const release = (): Promise<void> => {
    stream.off("error", onError);
    return Promise.resolve();
  };
  return {
    write: (bytes) =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) {
          reject(failure);
          return;
        }
        stream.write(bytes, (error) => {
          if (error) reject(failure ?? fileError("write to", name, error));
          else resolve();
        });
      }),
    finish: () => (failure === undefined ? release() : Promise.reject(failure)),
    // A late EPIPE must find the listener, or it ends the process; so it stays.
    abort: () => Promise.resolve(),
  };
}
