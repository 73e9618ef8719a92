import { compressLz4, decompressLz4 } from "./lz4.ts";
import type { Compression, CompressionMethod } from "./method.ts";
import { deflate, inflate } from "./zlib.ts";
import type { ZlibWrapping } from "./zlib.ts";
import { compressZstd, decompressZstd } from "./zstd.ts";

/** Compresses bytes that come in pieces; nothing is asked for before it is needed. */
export function compressed(source: AsyncIterable<Uint8Array>, compression: Compression, wrapping: ZlibWrapping): AsyncIterable<Uint8Array> {
  switch (compression.method) {
    case "none":
      return source;
    case "gzip":
      return deflate(source, wrapping, compression.level);
    case "lz4":
      return compressLz4(source);
    case "zstd":
      return compressZstd(source, compression.level);
  }
}

/** Throws a PgstowError `corrupt` for damaged data, at the latest at its end. Small input may give any amount of output, in small pieces. */
export function uncompressed(
  source: AsyncIterable<Uint8Array>,
  method: CompressionMethod,
  wrapping: ZlibWrapping,
): AsyncIterable<Uint8Array> {
  switch (method) {
    case "none":
      return source;
    case "gzip":
      return inflate(source, wrapping);
    case "lz4":
      return decompressLz4(source);
    case "zstd":
      return decompressZstd(source);
  }
}
