import { open } from "node:fs/promises";

import { uncompressed } from "../archive/compression/codec.ts";
import type { CompressionMethod } from "../archive/compression/method.ts";
import { PgstowError } from "../core/errors.ts";
import { LineSource } from "./line-source.ts";

const READ_BYTES = 256 * 1024;
const LOOK_BYTES = 4;

/**
 * Opens a script, compressed or not; `name` is what messages call it. Throws a PgstowError `file` whose message is `PATH: reason`, and
 * while it is read `corrupt` for damaged compressed data.
 */
export async function openScriptFile(path: string, name = path): Promise<LineSource> {
  const handle = await open(path, "r").catch((error: unknown) => {
    throw new PgstowError("file", `${path}: ${reasonOf(error)}`, { cause: error, context: { file: path } });
  });
  if ((await handle.stat()).isDirectory()) {
    await handle.close();
    throw new PgstowError("file", `could not read file "${path}": Is a directory`, { context: { file: path } });
  }
  return new LineSource(name, plainBytes(readPieces()), path);

  async function* readPieces(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafeSlow(READ_BYTES), 0, READ_BYTES, null);
        if (bytesRead === 0) return;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await handle.close();
    }
  }
}

/** Standard input and the like as a script. */
export function scriptOfStream(name: string, pieces: AsyncIterable<Uint8Array>): LineSource {
  return new LineSource(name, plainBytes(pieces));
}

/** Uncompresses what begins like one of the compressed formats. */
async function* plainBytes(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = pieces[Symbol.asyncIterator]();
  let start = Buffer.alloc(0);
  try {
    while (start.length < LOOK_BYTES) {
      const next = await source.next();
      if (next.done === true) break;
      start = Buffer.concat([start, next.value]);
    }
    yield* uncompressed(withStart(start, source), methodOf(start), "gzip");
  } finally {
    await source.return?.();
  }
}

async function* withStart(start: Buffer, source: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (start.length > 0) yield start;
  for (;;) {
    const next = await source.next();
    if (next.done === true) return;
    yield next.value;
  }
}

/** By the first bytes, which no script begins with. */
export function methodOf(start: Buffer): CompressionMethod {
  if (start[0] === 0x1f && start[1] === 0x8b) return "gzip";
  if (start.length < LOOK_BYTES) return "none";
  const magic = start.readUInt32LE();
  // A skippable frame begins a stow archive, which is zstd.
  if (magic === 0xfd2fb528 || magic >>> 4 === 0x184d2a5) return "zstd";
  return magic === 0x184d2204 ? "lz4" : "none";
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return "No such file or directory";
  if (code === "EACCES") return "Permission denied";
  return error instanceof Error ? error.message : String(error);
}
