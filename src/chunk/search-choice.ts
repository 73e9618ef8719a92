import type { StoredChunk } from "./pool.ts";

/** How far zstd looks back for what repeats in a chunk; LEVEL.md says what each is good for. */
export type Search = "nearest" | "near" | "wide";

/** Bytes that one chunk takes when it is compressed with each search. */
export type SizeBySearch = Readonly<Record<Search, number>>;

const QUICKEST_FIRST: readonly Search[] = ["nearest", "near", "wide"];
/** A quicker search may make chunks a little larger. */
const GROWTH_MAX = 1.01;

/** A small table is over before a comparison pays. */
const FIRST_COMPARED = 3;
const COMPARED_EVERY = 64;
/** Where chunks take another share of their raw bytes than the compared one did, the rows have changed. */
const CHANGE_MAX = 0.15;
const COMPARED_EVERY_AT_CHANGES = 16;

/** Smaller chunks have no search; of a larger one (a huge row) there would be three results in memory. */
const COMPARED_BYTES_MIN = 128 << 10;
const COMPARED_BYTES_MAX = 8 << 20;

/**
 * Chooses the search for the chunks of one table by what one in 64 takes with each of them, or one in 16 where the rows change. The first
 * chunks, and the odd ones, have the search that is never bad.
 */
export class SearchChoice {
  #search: Search = "wide";
  /** Share of the raw bytes that a chunk should take. */
  #share: number | undefined;
  /** Chunks since the last compared one, and how many make the next one due. */
  #since = 0;
  #dueAfter = 1 + FIRST_COMPARED;

  /** The search for the next chunk; "compare" for one to be compressed with all of them. */
  next(rawBytes: number): Search | "compare" {
    if (rawBytes < COMPARED_BYTES_MIN || rawBytes > COMPARED_BYTES_MAX) return "wide";
    if (++this.#since < this.#dueAfter) return this.#search;
    this.#since = 0;
    this.#dueAfter = COMPARED_EVERY;
    return "compare";
  }

  /** Takes what became of a chunk, and what it was compressed with. */
  took(search: Search | "compare", { bytes, rawBytes, sizes }: Omit<StoredChunk, "sha256">): void {
    if (sizes !== undefined) {
      const enough = GROWTH_MAX * Math.min(...Object.values(sizes));
      this.#search = QUICKEST_FIRST.find((one) => sizes[one] <= enough) ?? "wide";
      this.#share = sizes[this.#search] / rawBytes;
    } else if (search === this.#search && this.#share !== undefined) {
      const change = bytes.length / rawBytes / this.#share - 1;
      if (Math.abs(change) > CHANGE_MAX) this.#dueAfter = COMPARED_EVERY_AT_CHANGES;
    }
  }
}
