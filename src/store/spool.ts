import { readExactly, writeAll } from "./local-file.ts";
import { openTemporaryFile } from "./temporary-file.ts";
import type { TemporaryFile } from "./temporary-file.ts";

const MEMORY_BYTES_MAX = 8 << 20;
const READ_BYTES = 1 << 20;

/** Keeps bytes until all of them are there: a few in memory, more in a temporary file. */
export class Spool {
  size = 0;
  #parts: Uint8Array[] = [];
  #file: TemporaryFile | undefined;

  /** The bytes may be overwritten afterwards. */
  async write(bytes: Uint8Array): Promise<void> {
    this.size += bytes.length;
    if (this.#file === undefined && this.size <= MEMORY_BYTES_MAX) {
      this.#parts.push(Uint8Array.from(bytes));
      return;
    }
    const { handle, path } = (this.#file ??= await openTemporaryFile());
    for (const part of this.#parts.splice(0)) await writeAll(handle, part, path);
    await writeAll(handle, bytes, path);
  }

  async *read(): AsyncGenerator<Uint8Array> {
    yield* this.#parts;
    if (this.#file === undefined) return;
    const { handle, path } = this.#file;
    for (let at = 0; at < this.size; at += READ_BYTES) {
      yield await readExactly(handle, at, Math.min(READ_BYTES, this.size - at), path);
    }
  }

  async close(): Promise<void> {
    this.#parts = [];
    await this.#file?.close();
    this.#file = undefined;
  }
}
