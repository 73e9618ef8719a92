import type { PgstowError } from "../../core/errors.ts";
import type { RandomAccess } from "../archive.ts";
import { corruptAt } from "../toc/item.ts";

const WINDOW_BYTES = 256 * 1024;
/** Smaller chunks are handed on together: pg_dump makes one of every row when it does not compress. */
const PIECE_BYTES = 64 * 1024;

/** Reads forward through the data blocks of a custom archive, from any place. */
export class BlockCursor {
  readonly #source: RandomAccess;
  readonly #intBytes: number;
  #window: Buffer = Buffer.alloc(0);
  #at = 0;
  /** Offset of the window's first byte. */
  #base: number;

  constructor(source: RandomAccess, intBytes: number, offset: number) {
    this.#source = source;
    this.#intBytes = intBytes;
    this.#base = offset;
  }

  get offset(): number {
    return this.#base + this.#at;
  }

  get atEnd(): boolean {
    return this.offset >= this.#source.size;
  }

  async byte(): Promise<number> {
    await this.#need(1);
    return this.#window.readUInt8(this.#at++);
  }

  async int(): Promise<number> {
    await this.#need(1 + this.#intBytes);
    return this.#intAtHand();
  }

  /** Bytes of the chunks up to the mark of their end, joined or cut as is convenient. */
  async *chunks(onStored: (bytes: number) => void): AsyncGenerator<Uint8Array> {
    let piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
    let filled = 0;
    for (let left = await this.#chunkLength(); left > 0; left = await this.#chunkLength()) {
      onStored(left);
      while (left > 0) {
        await this.#need(1);
        const bytes = this.#take(left);
        left -= bytes.length;
        if (filled + bytes.length > PIECE_BYTES) {
          yield piece.subarray(0, filled);
          piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
          filled = 0;
        }
        if (bytes.length >= PIECE_BYTES) yield bytes;
        else filled += bytes.copy(piece, filled);
      }
    }
    if (filled > 0) yield piece.subarray(0, filled);
  }

  /** Goes behind the chunks without reading what is in them. */
  async skipChunks(): Promise<void> {
    for (let length = await this.#chunkLength(); length > 0; length = await this.#chunkLength()) this.#skip(length);
  }

  corrupt(problem: string, offset: number = this.offset): PgstowError {
    return corruptAt(this.#source.name, offset, problem);
  }

  async #chunkLength(): Promise<number> {
    const start = this.offset;
    const length = await this.int();
    const left = this.#source.size - this.offset;
    if (length < 0 || length > left) throw this.corrupt(`a chunk of data claims ${length} bytes, and ${left} are left`, start);
    return length;
  }

  #intAtHand(): number {
    const negative = this.#window.readUInt8(this.#at) !== 0;
    let value = 0;
    for (let at = this.#intBytes; at >= 1; at--) value = value * 256 + this.#window.readUInt8(this.#at + at);
    this.#at += 1 + this.#intBytes;
    return negative ? -value : value;
  }

  #take(length: number): Buffer {
    const bytes = this.#window.subarray(this.#at, this.#at + length);
    this.#at += bytes.length;
    return bytes;
  }

  #skip(length: number): void {
    if (this.#at + length <= this.#window.length) this.#at += length;
    else {
      this.#base = this.offset + length;
      this.#window = Buffer.alloc(0);
      this.#at = 0;
    }
  }

  async #need(length: number): Promise<void> {
    if (this.#at + length <= this.#window.length) return;
    const start = this.offset;
    const available = Math.min(WINDOW_BYTES, this.#source.size - start);
    if (available < length) throw this.corrupt("it ends within a block of data", this.#source.size);
    const bytes = await this.#source.read(start, available);
    this.#window = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#base = start;
    this.#at = 0;
  }
}
