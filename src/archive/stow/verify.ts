import { createHash } from "node:crypto";

import { freeBytes } from "../../chunk/free.ts";
import { PgstowError, throwIfAborted } from "../../core/errors.ts";
import type { RandomAccess, VerifyReport } from "../archive.ts";
import { seekTableOf } from "./end.ts";
import type { ArchiveEnd } from "./end.ts";
import { damagedFrame, frameFrom } from "./frame-place.ts";
import { encodeHeadFrame } from "./head-frame.ts";
import { decodeIndexFrame } from "./index-frame.ts";
import { asBuffer } from "./skippable.ts";

const READ_BYTES = 1 << 20;
const DAMAGED_FRAMES_NAMED = 5;

export interface VerifyOptions {
  readonly signal?: AbortSignal;
  readonly onBytes?: (bytes: number) => void;
}

/**
 * Reads the file once, from its first byte to its last, and compares: every frame with its SHA-256 in the index, the index with
 * the fingerprint, head and seek table with the only bytes that they can have.
 */
export async function verifyStow(source: RandomAccess, end: ArchiveEnd, options: VerifyOptions): Promise<VerifyReport> {
  const { entries, frames } = end.index;
  let done = 0;
  const advance = (bytes: number): void => {
    throwIfAborted(options.signal);
    done += bytes;
    options.onBytes?.(done);
  };
  const damaged: number[] = [];
  const file = new FrontToBack(source, end.indexOffset);
  for (let number = 0; number < frames.count; number++) {
    const frame = frames.at(number);
    const hash = createHash("sha256");
    await file.take(frame.storedBytes, (bytes) => {
      hash.update(bytes);
      advance(bytes.length);
    });
    if (!hash.digest().equals(frame.sha256)) damaged.push(number);
  }
  const [first, ...others] = damaged;
  if (first !== undefined) {
    const named = others.slice(0, DAMAGED_FRAMES_NAMED).map((number) => frameFrom(number, frames.at(number), entries));
    const more = others.length > named.length ? `; and ${others.length - named.length} more` : "";
    const also = named.length === 0 ? "" : `; also ${named.join(", ")}${more}`;
    throw damagedFrame(source.name, first, frames.at(first), entries, `its SHA-256 does not match${also}`);
  }
  await checkFixedBytes(source, end, advance);
  return { fingerprint: end.fingerprint, frames: frames.count + 2, storedBytes: source.size, diagnostics: [] };
}

/** Head, index and seek table: what no hash in the index covers. */
async function checkFixedBytes(source: RandomAccess, end: ArchiveEnd, advance: (bytes: number) => void): Promise<void> {
  const damaged = (what: string): PgstowError =>
    new PgstowError("corrupt", `"${source.name}" is damaged: ${what}`, { context: { file: source.name } });
  const head = encodeHeadFrame();
  if (!asBuffer(await source.read(0, head.length)).equals(head)) throw damaged("frame 0 (the head) at byte 0 is not as it must be");
  const index = await source.read(end.indexOffset, end.indexBytes);
  if (decodeIndexFrame(index, end.indexOffset).fingerprint !== end.fingerprint)
    throw damaged(`the index at byte ${end.indexOffset} has changed`);
  advance(end.indexBytes);
  const expected = seekTableOf(end);
  const tableOffset = end.indexOffset + end.indexBytes;
  if (tableOffset + expected.length !== source.size || !asBuffer(await source.read(tableOffset, expected.length)).equals(expected)) {
    throw damaged(`the seek table at byte ${tableOffset} is not as it must be`);
  }
  advance(expected.length);
}

/**
 * The first `size` bytes of a source, read in pieces whatever the frames are: a huge one needs no huge buffer, a thousand small ones
 * need no thousand reads. The next piece is read while this one is hashed.
 */
class FrontToBack {
  readonly #source: RandomAccess;
  readonly #size: number;
  #piece: Uint8Array = new Uint8Array(0);
  #used = 0;
  #asked = 0;
  #next: Promise<Uint8Array> | undefined;

  constructor(source: RandomAccess, size: number) {
    this.#source = source;
    this.#size = size;
    this.#readAhead();
  }

  /** Shows the next bytes, in one part or several. */
  async take(bytes: number, show: (part: Uint8Array) => void): Promise<void> {
    for (let left = bytes; left > 0;) {
      if (this.#used === this.#piece.length) await this.#turn();
      const part = this.#piece.subarray(this.#used, this.#used + left);
      this.#used += part.length;
      left -= part.length;
      show(part);
    }
  }

  async #turn(): Promise<void> {
    freeBytes(this.#piece);
    this.#piece = (await this.#next) ?? this.#piece;
    this.#used = 0;
    if (this.#piece.length === 0) throw new PgstowError("internal", "more frames than the file has bytes");
    this.#readAhead();
  }

  #readAhead(): void {
    const length = Math.min(READ_BYTES, this.#size - this.#asked);
    this.#next = length > 0 ? this.#source.read(this.#asked, length) : undefined;
    // Who waits for it is told.
    this.#next?.catch(() => undefined);
    this.#asked += length;
  }
}
