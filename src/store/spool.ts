import { randomUUID } from "node:crypto";
import { open, rm } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { fileError } from "./file-error.ts";
import { readExactly, writeAll } from "./local-file.ts";

const MEMORY_BYTES_MAX = 8 << 20;
const READ_BYTES = 1 << 20;

/** Keeps bytes until all of them are there: a few in memory, more in a temporary file that nobody else can open. */
export class Spool {
  size = 0;
  #parts: Uint8Array[] = [];
  #handle: FileHandle | undefined;
  #path = "";

  /** The bytes may be overwritten afterwards. */
  async write(bytes: Uint8Array): Promise<void> {
    this.size += bytes.length;
    if (this.#handle === undefined && this.size <= MEMORY_BYTES_MAX) {
      this.#parts.push(Uint8Array.from(bytes));
      return;
    }
    const handle = (this.#handle ??= await this.#open());
    for (const part of this.#parts.splice(0)) await writeAll(handle, part, this.#path);
    await writeAll(handle, bytes, this.#path);
  }

  async *read(): AsyncGenerator<Uint8Array> {
    yield* this.#parts;
    if (this.#handle === undefined) return;
    for (let at = 0; at < this.size; at += READ_BYTES) {
      yield await readExactly(this.#handle, at, Math.min(READ_BYTES, this.size - at), this.#path);
    }
  }

  async close(): Promise<void> {
    this.#parts = [];
    await this.#handle?.close();
    if (this.#handle !== undefined) await rm(this.#path, { force: true });
    this.#handle = undefined;
  }

  async #open(): Promise<FileHandle> {
    this.#path = join(tmpdir(), `pgstow-${randomUUID()}`);
    try {
      const handle = await open(this.#path, "wx+", 0o600);
      // Where an open file can lose its name, nothing is left behind even by a crash.
      await rm(this.#path).catch(() => undefined);
      return handle;
    } catch (error) {
      throw fileError("create temporary file", this.#path, error);
    }
  }
}
