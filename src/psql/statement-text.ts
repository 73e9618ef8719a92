const LINE_FEED = Buffer.from("\n");

/** A statement as it grows line by line; the bytes are not copied until they are asked for. */
export class StatementText {
  #pieces: Buffer[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  get pieces(): readonly Buffer[] {
    return this.#pieces;
  }

  append(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#pieces.push(piece);
    this.#length += piece.length;
  }

  /** Lines are joined again; what comes before the first one is not. */
  startLine(): void {
    if (this.#length > 0) this.append(LINE_FEED);
  }

  /** Takes the end of the line before away again when nothing has followed it. */
  dropEmptyLine(): void {
    if (this.#pieces.at(-1) !== LINE_FEED) return;
    this.#pieces.pop();
    this.#length--;
  }

  truncate(length: number): void {
    while (this.#length > length) {
      const last = this.#pieces.pop()!;
      this.#length -= last.length;
      if (this.#length < length) this.append(last.subarray(0, length - this.#length));
    }
  }

  /** All of it, and leaves nothing behind. */
  take(): Buffer {
    const bytes = this.bytes();
    this.clear();
    return bytes;
  }

  bytes(): Buffer {
    const [only] = this.#pieces;
    if (only !== undefined && this.#pieces.length === 1) return only;
    return Buffer.concat(this.#pieces, this.#length);
  }

  clear(): void {
    this.#pieces = [];
    this.#length = 0;
  }
}
