import { createHash } from "node:crypto";

const HASH_BYTES = 16;
const MODULUS = 1n << 128n;

/** Rows in any order, as the sum of their hashes and their number: two that are equal hold the same rows. */
export class RowMultiset {
  #sum = 0n;
  #rows = 0;

  /** Whole lines of COPY text. */
  add(bytes: Uint8Array): void {
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      const hash = createHash("sha256")
        .update(bytes.subarray(start, end))
        .digest("hex")
        .slice(0, 2 * HASH_BYTES);
      this.#sum = (this.#sum + BigInt(`0x${hash}`)) % MODULUS;
      this.#rows++;
      start = end + 1;
    }
  }

  equals(other: RowMultiset): boolean {
    return this.#rows === other.#rows && this.#sum === other.#sum;
  }
}
