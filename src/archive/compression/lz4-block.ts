import { PgstowError } from "../../core/errors.ts";

const MATCH_BYTES_MIN = 4;
/** The last bytes of a block are literals, and no match starts close to its end. */
const LITERALS_AT_END = 5;
const MATCH_START_LIMIT = 12;
const OFFSET_MAX = 65535;
const HASH_BITS = 15;
const RUN_MASK = 15;
/** Misses after which the search takes larger steps. */
const SKIP_SHIFT = 6;

/** Bytes that a block of so many can become at most. */
export function lz4Bound(length: number): number {
  return length + Math.ceil(length / 255) + 16;
}

/** Compresses a block that needs no other; gives the number of bytes written. `table` is scratch space of `lz4Table`. */
export function encodeLz4Block(source: Uint8Array, target: Uint8Array, table: Int32Array): number {
  table.fill(-1);
  let anchor = 0;
  let out = 0;
  let at = 0;
  let misses = 1 << SKIP_SHIFT;
  const searchEnd = source.length - MATCH_START_LIMIT;
  const matchEnd = source.length - LITERALS_AT_END;
  while (at < searchEnd) {
    const word = wordAt(source, at);
    const slot = Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS);
    let candidate = table[slot] ?? -1;
    table[slot] = at;
    if (candidate < 0 || at - candidate > OFFSET_MAX || wordAt(source, candidate) !== word) {
      at += misses++ >> SKIP_SHIFT;
      continue;
    }
    misses = 1 << SKIP_SHIFT;
    while (at > anchor && candidate > 0 && source[at - 1] === source[candidate - 1]) {
      at--;
      candidate--;
    }
    let end = at + MATCH_BYTES_MIN;
    for (let from = candidate + MATCH_BYTES_MIN; end < matchEnd && source[end] === source[from]; from++) end++;
    out = writeSequence(target, out, source, anchor, at, end - at - MATCH_BYTES_MIN);
    target[out++] = (at - candidate) & 255;
    target[out++] = (at - candidate) >> 8;
    out = writeLength(target, out, end - at - MATCH_BYTES_MIN);
    at = end;
    anchor = end;
  }
  return writeSequence(target, out, source, anchor, source.length, 0);
}

export function lz4Table(): Int32Array {
  return new Int32Array(1 << HASH_BITS);
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
}

/** Token and literals. */
function writeSequence(target: Uint8Array, start: number, source: Uint8Array, from: number, to: number, matchExtra: number): number {
  const literals = to - from;
  target[start] = (Math.min(literals, RUN_MASK) << 4) | Math.min(matchExtra, RUN_MASK);
  const out = writeLength(target, start + 1, literals);
  if (literals > 32) target.set(source.subarray(from, to), out);
  else for (let at = 0; at < literals; at++) target[out + at] = source[from + at] ?? 0;
  return out + literals;
}

/** What of a length did not fit into the token. */
function writeLength(target: Uint8Array, start: number, length: number): number {
  if (length < RUN_MASK) return start;
  let out = start;
  let rest = length - RUN_MASK;
  for (; rest >= 255; rest -= 255) target[out++] = 255;
  target[out++] = rest;
  return out;
}

/**
 * Uncompresses a block to `target` from `start` on; what stands before may be referred to. Gives where it ends. Throws a PgstowError
 * `corrupt` before anything is written or read outside of the two.
 */
export function decodeLz4Block(source: Uint8Array, target: Uint8Array, start: number): number {
  let at = 0;
  let out = start;
  const readLength = (first: number): number => {
    let length = first;
    if (first !== RUN_MASK) return length;
    for (let byte = 255; byte === 255; length += byte) {
      const next = source[at++];
      if (next === undefined) throw damaged();
      byte = next;
    }
    return length;
  };
  for (;;) {
    const token = source[at++];
    if (token === undefined) throw damaged();
    const literals = readLength(token >> 4);
    if (at + literals > source.length || out + literals > target.length) throw damaged();
    if (literals > 32) target.set(source.subarray(at, at + literals), out);
    else for (let index = 0; index < literals; index++) target[out + index] = source[at + index] ?? 0;
    at += literals;
    out += literals;
    if (at === source.length) return out;
    const offset = (source[at] ?? 0) | ((source[at + 1] ?? 0) << 8);
    at += 2;
    const length = readLength(token & RUN_MASK) + MATCH_BYTES_MIN;
    if (at > source.length || offset === 0 || offset > out || out + length > target.length) throw damaged();
    if (offset >= length) target.copyWithin(out, out - offset, out - offset + length);
    else for (let index = 0; index < length; index++) target[out + index] = target[out + index - offset] ?? 0;
    out += length;
  }
}

function damaged(): PgstowError {
  return new PgstowError("corrupt", "a block of the lz4 data is damaged");
}
