const PRIME_1 = 0x9e3779b1;
const PRIME_2 = 0x85ebca77;
const PRIME_3 = 0xc2b2ae3d;
const PRIME_4 = 0x27d4eb2f;
const PRIME_5 = 0x165667b1;
const STRIPE_BYTES = 16;

/** The checksum of LZ4 frames: xxHash of 32 bits with seed 0. */
export class Xxh32 {
  #a = (PRIME_1 + PRIME_2) | 0;
  #b = PRIME_2 | 0;
  #c = 0;
  #d = -PRIME_1 | 0;
  #total = 0;
  readonly #held = Buffer.alloc(STRIPE_BYTES);
  #heldBytes = 0;

  update(bytes: Uint8Array): this {
    this.#total += bytes.length;
    let at = 0;
    if (this.#heldBytes > 0) {
      at = Math.min(STRIPE_BYTES - this.#heldBytes, bytes.length);
      this.#held.set(bytes.subarray(0, at), this.#heldBytes);
      this.#heldBytes += at;
      if (this.#heldBytes < STRIPE_BYTES) return this;
      this.#stripes(this.#held, 0, STRIPE_BYTES);
      this.#heldBytes = 0;
    }
    const end = at + ((bytes.length - at) & ~(STRIPE_BYTES - 1));
    this.#stripes(bytes, at, end);
    this.#held.set(bytes.subarray(end));
    this.#heldBytes = bytes.length - end;
    return this;
  }

  digest(): number {
    const merged = rotate(this.#a, 1) + rotate(this.#b, 7) + rotate(this.#c, 12) + rotate(this.#d, 18);
    let hash = (this.#total >= STRIPE_BYTES ? merged : PRIME_5) + (this.#total % 2 ** 32);
    let at = 0;
    for (; at + 4 <= this.#heldBytes; at += 4) {
      hash = Math.imul(rotate(hash + Math.imul(this.#held.readUInt32LE(at), PRIME_3), 17), PRIME_4);
    }
    for (; at < this.#heldBytes; at++) hash = Math.imul(rotate(hash + Math.imul(this.#held.readUInt8(at), PRIME_5), 11), PRIME_1);
    hash = Math.imul(hash ^ (hash >>> 15), PRIME_2);
    hash = Math.imul(hash ^ (hash >>> 13), PRIME_3);
    return (hash ^ (hash >>> 16)) >>> 0;
  }

  #stripes(bytes: Uint8Array, from: number, end: number): void {
    let [a, b, c, d] = [this.#a, this.#b, this.#c, this.#d];
    for (let at = from; at < end; at += STRIPE_BYTES) {
      a = round(a, bytes, at);
      b = round(b, bytes, at + 4);
      c = round(c, bytes, at + 8);
      d = round(d, bytes, at + 12);
    }
    this.#a = a;
    this.#b = b;
    this.#c = c;
    this.#d = d;
  }
}

export function xxh32(bytes: Uint8Array): number {
  return new Xxh32().update(bytes).digest();
}

function round(state: number, bytes: Uint8Array, at: number): number {
  const word = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
  return Math.imul(rotate(state + Math.imul(word, PRIME_2), 13), PRIME_1);
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
