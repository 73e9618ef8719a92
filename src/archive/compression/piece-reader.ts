import { PgstowError } from "../../core/errors.ts";

/** Takes exact lengths out of bytes that come in pieces of any size. */
export class PieceReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #piece: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  async atEnd(): Promise<boolean> {
    while (this.#at === this.#piece.length) {
      const next = await this.#source.next();
      if (next.done === true) return true;
      this.#piece = next.value;
      this.#at = 0;
    }
    return false;
  }

  /** In a buffer of their own. Throws a PgstowError `corrupt` that says within what the data ends. */
  async exactly(length: number, within: string): Promise<Buffer> {
    const bytes = Buffer.alloc(length);
    for (let done = 0; done < length;) {
      const part = await this.#upTo(length - done, within);
      bytes.set(part, done);
      done += part.length;
    }
    return bytes;
  }

  async skip(length: number, within: string): Promise<void> {
    for (let done = 0; done < length;) done += (await this.#upTo(length - done, within)).length;
  }

  /** Ends the source. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }

  async #upTo(length: number, within: string): Promise<Uint8Array> {
    if (await this.atEnd()) throw new PgstowError("corrupt", `the data ends within an ${within}`);
    const part = this.#piece.subarray(this.#at, this.#at + length);
    this.#at += part.length;
    return part;
  }
}
