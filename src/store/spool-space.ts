import { PgstowError } from "../core/errors.ts";
import { fileError } from "./file-error.ts";
import { FreePages } from "./free-pages.ts";
import { readExactly, writeAll } from "./local-file.ts";
import { openTemporaryFile } from "./temporary-file.ts";
import type { TemporaryFile } from "./temporary-file.ts";

/** Of all streams together. */
const MEMORY_BYTES_MAX = 8 << 20;
/** A longer stream goes to the file, so that there is memory for short ones. */
const SHORT_BYTES_MAX = 1 << 20;
/** What a stream gathers before it is written. */
const WRITE_BYTES = 256 * 1024;
const PAGE_BYTES = 4096;

export interface SpoolSpaceOptions {
  /** Name of the temporary file; one in the folder for temporary files unless given. */
  readonly path?: string | undefined;
  /** Bytes that are kept in memory before there is a file. */
  readonly memoryBytes?: number | undefined;
}

/** Bytes of a stream in the file. */
interface Extent {
  readonly page: number;
  readonly bytes: number;
}

/**
 * Keeps many streams of bytes until each can go its way: short ones in memory, and what is more than a few megabytes in all in one
 * temporary file, which is made when it is needed and whose room is used again. Its errors are PgstowErrors `file`.
 */
export class SpoolSpace {
  /** Bytes that are in memory, and in the file. */
  memoryBytes = 0;
  fileBytes = 0;
  readonly #options: SpoolSpaceOptions;
  readonly #pages = new FreePages();
  #file: Promise<TemporaryFile> | undefined;
  #closed = false;

  constructor(options: SpoolSpaceOptions = {}) {
    this.#options = options;
  }

  /** So that streams which are still short have to leave memory. */
  get isFull(): boolean {
    return this.memoryBytes > (this.#options.memoryBytes ?? MEMORY_BYTES_MAX);
  }

  stream(): SpooledStream {
    return new SpooledStream(this);
  }

  async store(bytes: Uint8Array): Promise<Extent> {
    const { handle, path } = await this.#opened();
    const page = this.#pages.take(pagesOf(bytes.length));
    this.fileBytes += bytes.length;
    try {
      await writeAll(handle, bytes, path, page * PAGE_BYTES);
    } catch (error) {
      throw explained("write to", path, error);
    }
    return { page, bytes: bytes.length };
  }

  /** Gives the bytes in pieces and their room back. */
  async *load({ page, bytes }: Extent): AsyncGenerator<Uint8Array> {
    const { handle, path } = await this.#opened();
    for (let at = 0; at < bytes; at += WRITE_BYTES) {
      yield await readExactly(handle, page * PAGE_BYTES + at, Math.min(WRITE_BYTES, bytes - at), path);
    }
    this.#pages.give(page, pagesOf(bytes));
    this.fileBytes -= bytes;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const file = this.#file;
    this.#file = undefined;
    await file?.then(
      (opened) => opened.close(),
      () => undefined,
    );
  }

  async #open(): Promise<TemporaryFile> {
    try {
      return await openTemporaryFile(this.#options.path);
    } catch (error) {
      throw withHint(error);
    }
  }

  #opened(): Promise<TemporaryFile> {
    if (this.#closed) return Promise.reject(new PgstowError("internal", "the temporary file is closed"));
    return (this.#file ??= this.#open());
  }
}

/** One stream: written, ended, and then read once. */
export class SpooledStream {
  readonly #space: SpoolSpace;
  readonly #extents: Extent[] = [];
  #tail: Uint8Array[] = [];
  #tailBytes = 0;

  constructor(space: SpoolSpace) {
    this.#space = space;
  }

  get isEmpty(): boolean {
    return this.#extents.length === 0 && this.#tailBytes === 0;
  }

  /** The bytes may be overwritten afterwards. */
  async write(bytes: Uint8Array): Promise<void> {
    this.#tail.push(Uint8Array.from(bytes));
    this.#tailBytes += bytes.length;
    this.#space.memoryBytes += bytes.length;
    if (this.#tailBytes >= (this.#isLong ? WRITE_BYTES : SHORT_BYTES_MAX)) await this.#flush();
  }

  /** Nothing more will come. */
  async end(): Promise<void> {
    if (this.#isLong) await this.#flush();
  }

  /** What there is; the stream is empty afterwards. */
  async *read(): AsyncGenerator<Uint8Array> {
    for (const extent of this.#extents.splice(0)) yield* this.#space.load(extent);
    const tail = this.#takeTail();
    if (tail.length > 0) yield tail;
  }

  get #isLong(): boolean {
    return this.#extents.length > 0 || this.#space.isFull;
  }

  async #flush(): Promise<void> {
    const tail = this.#takeTail();
    if (tail.length > 0) this.#extents.push(await this.#space.store(tail));
  }

  #takeTail(): Uint8Array {
    const [first] = this.#tail;
    const tail = this.#tail.length === 1 && first !== undefined ? first : Buffer.concat(this.#tail);
    this.#tail = [];
    this.#space.memoryBytes -= this.#tailBytes;
    this.#tailBytes = 0;
    return tail;
  }
}

function pagesOf(bytes: number): number {
  return Math.ceil(bytes / PAGE_BYTES);
}

function explained(action: string, path: string, error: unknown): unknown {
  const cause = error instanceof PgstowError ? error.cause : error;
  return withHint(fileError(`${action} temporary file`, path, cause));
}

/** Who runs out of room there need not know that anything waits. */
function withHint(error: unknown): unknown {
  if (!(error instanceof PgstowError)) return error;
  return new PgstowError(error.code, error.message, {
    cause: error.cause,
    context: error.context,
    hint: "Tables that are read side by side wait there for their turn: free some space, or dump without -j.",
  });
}
