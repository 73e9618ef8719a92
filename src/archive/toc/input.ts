import type { RandomAccess } from "../archive.ts";
import { corruptAt } from "./item.ts";

const PIECE_BYTES = 256 * 1024;
/** Nothing in a table of contents is larger; longer than that is damage, and would not fit into memory. */
const STRING_BYTES_MAX = 64 * 1024 * 1024;

/** The bytes at hand end within what is being decoded. */
class NeedMore extends Error {}

/** Bytes from `from` up to `to`, in pieces. */
export async function* readPieces(source: RandomAccess, from = 0, to: number = source.size): AsyncGenerator<Uint8Array> {
  for (let at = from; at < to; at += PIECE_BYTES) yield await source.read(at, Math.min(PIECE_BYTES, to - at));
}

/**
 * Decodes pg_dump's integers, strings and offsets out of bytes that arrive in pieces. Single values are taken synchronously within
 * `decode`, which starts over when the bytes at hand do not suffice.
 */
export class TocInput {
  intBytes = 4;
  offsetBytes = 8;
  readonly #name: string;
  readonly #size: number | undefined;
  readonly #pieces: AsyncIterator<Uint8Array>;
  #window: Buffer = Buffer.alloc(0);
  #at = 0;
  /** Offset of the window's first byte. */
  #base = 0;

  /** `size`: bytes in all, where that is known. */
  constructor(name: string, pieces: AsyncIterable<Uint8Array>, size?: number) {
    this.#name = name;
    this.#pieces = pieces[Symbol.asyncIterator]();
    this.#size = size;
  }

  /** Offset of the next byte. */
  get offset(): number {
    return this.#base + this.#at;
  }

  async decode<T>(read: () => T): Promise<T> {
    for (;;) {
      const start = this.#at;
      try {
        return read();
      } catch (error) {
        if (!(error instanceof NeedMore)) throw error;
        this.#at = start;
        await this.#fill();
      }
    }
  }

  close(): Promise<unknown> {
    return Promise.resolve(this.#pieces.return?.());
  }

  corrupt(problem: string, offset: number = this.offset): Error {
    return corruptAt(this.#name, offset, problem);
  }

  /** How many bytes follow, where that is known. */
  get bytesLeft(): number {
    return this.#size === undefined ? Number.POSITIVE_INFINITY : this.#size - this.offset;
  }

  bytes(length: number): Buffer {
    if (this.#at + length > this.#window.length) throw new NeedMore();
    const bytes = this.#window.subarray(this.#at, this.#at + length);
    this.#at += length;
    return bytes;
  }

  byte(): number {
    return this.bytes(1).readUInt8();
  }

  int(): number {
    const start = this.offset;
    const negative = this.byte() !== 0;
    const magnitude = this.#number(this.intBytes, start);
    return negative ? -magnitude : magnitude;
  }

  /** null for a string that is not there, as opposed to an empty one. */
  string(): Buffer | null {
    const start = this.offset;
    const length = this.int();
    if (length < 0) return null;
    if (length > this.bytesLeft) throw this.corrupt(`a text claims ${length} bytes, and ${this.bytesLeft} are left`, start);
    if (length > STRING_BYTES_MAX) throw this.corrupt(`a text claims ${length} bytes, more than can be`, start);
    return this.bytes(length);
  }

  /** The bytes of an offset, of which those that do not count must be 0. */
  position(): number {
    return this.#number(this.offsetBytes, this.offset);
  }

  #number(length: number, start: number): number {
    const bytes = this.bytes(length);
    let value = 0;
    for (let at = length - 1; at >= 0; at--) value = value * 256 + (bytes[at] ?? 0);
    if (!Number.isSafeInteger(value)) throw this.corrupt("a number is too large", start);
    return value;
  }

  /** Doubles what is at hand, so that a long text is not read again and again. */
  async #fill(): Promise<void> {
    const rest = this.#window.subarray(this.#at);
    const wanted = Math.max(1, rest.length * 2);
    const parts: Uint8Array[] = [rest];
    let total = rest.length;
    while (total < wanted) {
      const next = await this.#pieces.next();
      if (next.done === true) break;
      parts.push(next.value);
      total += next.value.length;
    }
    if (total === rest.length) throw this.corrupt("it ends within its table of contents", this.#base + this.#window.length);
    this.#base += this.#at;
    this.#at = 0;
    this.#window = Buffer.concat(parts);
  }
}
