import type { RandomAccess, Sink } from "../archive/archive.ts";
import { PgstowError } from "../core/errors.ts";

/** Keeps an archive in memory. `bytes` is undefined until `finish`. */
export interface MemorySink extends Sink {
  readonly bytes: Uint8Array | undefined;
}

export function memorySink(): MemorySink {
  let parts: Uint8Array[] = [];
  let bytes: Uint8Array | undefined;
  return {
    get bytes() {
      return bytes;
    },
    write: (part) => {
      parts.push(Uint8Array.from(part));
      return Promise.resolve();
    },
    finish: () => {
      bytes = Buffer.concat(parts);
      parts = [];
      return Promise.resolve();
    },
    abort: () => {
      parts = [];
      bytes = undefined;
      return Promise.resolve();
    },
    readBack: (offset, length) => Promise.resolve(Buffer.concat(parts).subarray(offset, offset + length)),
  };
}

/** Bytes in memory, read as if they were a file. */
export function memoryAccess(bytes: Uint8Array, name = "memory"): RandomAccess {
  return {
    name,
    size: bytes.length,
    read: (offset, length) => {
      if (offset < 0 || length < 0 || offset + length > bytes.length) {
        return Promise.reject(new PgstowError("file", `could not read "${name}": it ends at byte ${bytes.length}`));
      }
      return Promise.resolve(bytes.slice(offset, offset + length));
    },
    close: () => Promise.resolve(),
  };
}
