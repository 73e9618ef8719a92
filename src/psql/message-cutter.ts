const HEADER_BYTES = 5;

export interface ServerMessage {
  /** The type's letter. */
  readonly type: string;
  readonly body: Buffer;
}

/** Cuts what arrives from the server into messages. A long message is put together once. */
export class MessageCutter {
  #parts: Buffer[] = [];
  #held = 0;
  #needed = HEADER_BYTES;

  *cut(chunk: Buffer): Generator<ServerMessage> {
    this.#parts.push(chunk);
    this.#held += chunk.length;
    if (this.#held < this.#needed) return;
    const bytes = this.#parts.length === 1 ? chunk : Buffer.concat(this.#parts, this.#held);
    this.#parts = [];
    this.#held = 0;
    let at = 0;
    for (;;) {
      const left = bytes.length - at;
      const length = left < HEADER_BYTES ? HEADER_BYTES : bytes.readUInt32BE(at + 1) + 1;
      if (left < length || left < HEADER_BYTES) {
        this.#needed = length;
        if (left > 0) {
          this.#parts = [bytes.subarray(at)];
          this.#held = left;
        }
        return;
      }
      yield { type: String.fromCharCode(bytes[at]!), body: bytes.subarray(at + HEADER_BYTES, at + length) };
      at += length;
    }
  }
}
