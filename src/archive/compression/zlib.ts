import { createDeflate, createGunzip, createGzip, createInflate } from "node:zlib";

import { PgstowError } from "../../core/errors.ts";
import { through } from "./through.ts";

const OUTPUT_BYTES = 64 * 1024;

/** A zlib stream (RFC 1950) stands in a custom archive, a gzip file (RFC 1952) in a directory. */
export type ZlibWrapping = "zlib" | "gzip";

export function deflate(source: AsyncIterable<Uint8Array>, wrapping: ZlibWrapping, level?: number): AsyncGenerator<Uint8Array> {
  const options = { chunkSize: OUTPUT_BYTES, ...(level === undefined ? {} : { level }) };
  return through(wrapping === "zlib" ? createDeflate(options) : createGzip(options), source);
}

/** Throws a PgstowError `corrupt` for a stream that is damaged, ends early, or is followed by anything that is not of it. */
export async function* inflate(source: AsyncIterable<Uint8Array>, wrapping: ZlibWrapping): AsyncGenerator<Uint8Array> {
  const options = { chunkSize: OUTPUT_BYTES };
  const stream = wrapping === "zlib" ? createInflate(options) : createGunzip(options);
  let given = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of source) {
      given += piece.length;
      yield piece;
    }
  };
  try {
    yield* through(stream, counted());
  } catch (error) {
    throw isZlibError(error) ? new PgstowError("corrupt", `could not uncompress gzip data: ${error.message}`, { cause: error }) : error;
  }
  if (stream.bytesWritten === given) return;
  throw new PgstowError("corrupt", `bytes follow the end of the gzip data: ${given - stream.bytesWritten} of ${given}`);
}

function isZlibError(error: unknown): error is Error {
  return error instanceof Error && "code" in error && String(error.code).startsWith("Z_");
}
