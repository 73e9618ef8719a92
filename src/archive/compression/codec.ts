import { ChunkPool } from "../../chunk/pool.ts";
import { compressLz4, decompressLz4 } from "./lz4.ts";
import type { Compression, CompressionMethod } from "./method.ts";
import { deflate, inflate } from "./zlib.ts";
import type { ZlibWrapping } from "./zlib.ts";
import { compressZstd, decompressZstd } from "./zstd.ts";

/** Compresses contents, several at the same time too; owns the worker threads that they share where it needs them, until `close`. */
export class Compressor {
  readonly #compression: Compression;
  readonly #wrapping: ZlibWrapping;
  #pool: ChunkPool | undefined;
  /** Contents whose turn it is in the pool. */
  #sharing = 0;

  constructor(compression: Compression, wrapping: ZlibWrapping) {
    this.#compression = compression;
    this.#wrapping = wrapping;
  }

  /** Bytes that come in pieces; nothing is asked for before it is needed. Every frame of several starts with a piece of its own. */
  compress(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    const { method, level } = this.#compression;
    switch (method) {
      case "none":
        return source;
      case "gzip":
        return deflate(source, this.#wrapping, level);
      case "lz4":
        return compressLz4(source);
      case "zstd":
        return this.#zstd(source);
    }
  }

  /** What all contents together have in the pool does not grow with their number. */
  async *#zstd(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const pool = (this.#pool ??= new ChunkPool());
    this.#sharing++;
    try {
      yield* compressZstd(source, { pool, form: this.#compression, share: () => 1 / this.#sharing });
    } finally {
      this.#sharing--;
    }
  }

  async close(): Promise<void> {
    await this.#pool?.close();
    this.#pool = undefined;
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
