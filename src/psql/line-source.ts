const [LINE_FEED, CARRIAGE_RETURN, BACKSLASH] = [0x0a, 0x0d, 0x5c] as const;
const END_OF_COPY = Buffer.from("\\.");
const NOTHING = Buffer.alloc(0);

/** A script's bytes, by lines and by the rows that stand between them. Holds a line or a piece, never all rows. */
export class LineSource {
  /** What messages call it; "" for what has no name. */
  name: string;
  /** Where it is; undefined for what is no file. */
  readonly path: string | undefined;
  readonly #pieces: AsyncIterator<Uint8Array>;
  #piece: Buffer = NOTHING;
  #at = 0;
  #ended = false;
  /** Lines given out so far, rows of COPY among them. */
  lineNumber = 0;
  /** Bytes read so far. */
  bytesRead = 0;

  constructor(name: string, pieces: AsyncIterable<Uint8Array>, path?: string) {
    this.name = name;
    this.path = path;
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** The same, under another name. */
  under(name: string): this {
    this.name = name;
    return this;
  }

  /** The next line, without its line feed, if it is here already. Bytes of the caller's own until the end of the statement. */
  takeLine(): Buffer | undefined {
    const end = this.#piece.indexOf(LINE_FEED, this.#at);
    if (end < 0) return undefined;
    const line = this.#piece.subarray(this.#at, end);
    this.#at = end + 1;
    this.lineNumber++;
    return line;
  }

  /** The next line; undefined at the end of the script. */
  async nextLine(): Promise<Buffer | undefined> {
    const line = this.takeLine();
    if (line !== undefined) return line;
    const parts: Buffer[] = [];
    for (;;) {
      if (this.#at < this.#piece.length) parts.push(this.#piece.subarray(this.#at));
      if (!(await this.#fill())) break;
      const end = this.#piece.indexOf(LINE_FEED);
      if (end < 0) continue;
      parts.push(this.#piece.subarray(0, end));
      this.#at = end + 1;
      this.lineNumber++;
      return Buffer.concat(parts);
    }
    if (parts.length === 0) return undefined;
    this.lineNumber++;
    return Buffer.concat(parts);
  }

  /**
   * Bytes up to the line `\.`, which is passed over; or up to the end of the script. Gives whether that line was there. The pieces are
   * not cut at rows.
   */
  async *copyData(): AsyncGenerator<Buffer, boolean> {
    let startsLine = true;
    for (;;) {
      if (this.#at === this.#piece.length && !(await this.#fill())) return false;
      const found = findEndOfCopy(this.#piece, this.#at, startsLine);
      const rows = this.#piece.subarray(this.#at, found.start);
      if (rows.length > 0) startsLine = rows.at(-1) === LINE_FEED;
      this.lineNumber += countLines(rows);
      this.#at = found.start;
      if (rows.length > 0) yield rows;
      if (found.end !== undefined) {
        this.#at = found.end;
        this.lineNumber++;
        return true;
      }
      // What is left over may be the beginning of the line `\.`.
      const rest = this.#piece.subarray(this.#at);
      if (rest.length > 0 && !(await this.#fill(rest))) {
        this.#at = this.#piece.length;
        this.lineNumber++;
        if (rest.length === 2) return true;
        yield rest;
      }
    }
  }

  /** All that is left, in no lines. */
  async *everything(): AsyncGenerator<Buffer> {
    for (;;) {
      if (this.#at === this.#piece.length && !(await this.#fill())) return;
      const rest = this.#piece.subarray(this.#at);
      this.#at = this.#piece.length;
      yield rest;
    }
  }

  async close(): Promise<void> {
    this.#ended = true;
    this.#piece = NOTHING;
    this.#at = 0;
    await this.#pieces.return?.();
  }

  /** Gets the next piece, behind what is kept of the last one. False at the end; then what was kept is the piece. */
  async #fill(kept: Buffer = NOTHING): Promise<boolean> {
    while (!this.#ended) {
      const next = await this.#pieces.next();
      if (next.done === true) {
        this.#ended = true;
        break;
      }
      if (next.value.length === 0) continue;
      const piece = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.length);
      this.bytesRead += piece.length;
      this.#piece = kept.length === 0 ? piece : Buffer.concat([kept, piece]);
      this.#at = 0;
      return true;
    }
    this.#piece = kept;
    this.#at = 0;
    return false;
  }
}

/** Where the rows end in a piece, and where the line `\.` ends if it is all there. */
function findEndOfCopy(piece: Buffer, start: number, startsLine: boolean): { readonly start: number; readonly end: number | undefined } {
  const isLineStart = (at: number): boolean => (at === start ? startsLine : piece[at - 1] === LINE_FEED);
  for (let at = piece.indexOf(END_OF_COPY, start); at >= 0; at = piece.indexOf(END_OF_COPY, at + 2)) {
    if (!isLineStart(at)) continue;
    const next = piece[at + 2];
    if (next === LINE_FEED) return { start: at, end: at + 3 };
    if (next === undefined) return { start: at, end: undefined };
    if (next !== CARRIAGE_RETURN) continue;
    if (piece[at + 3] === LINE_FEED) return { start: at, end: at + 4 };
    if (piece.length === at + 3) return { start: at, end: undefined };
  }
  const last = piece.length - 1;
  if (piece[last] === BACKSLASH && isLineStart(last)) return { start: last, end: undefined };
  return { start: piece.length, end: undefined };
}

function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === LINE_FEED) count++;
  return count;
}
