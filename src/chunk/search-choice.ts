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

/** Chooses the search for the chunks of one table by what one chunk in 64 takes with each of them. */
export class SearchChoice {
  #chunks = 0;
  #search: Search = "wide";

  /** The search for the next chunk; "compare" for one whose sizes are to be told when they are known. */
  next(): Search | "compare" {
    return this.#chunks++ % COMPARED_EVERY === FIRST_COMPARED ? "compare" : this.#search;
  }

  learn(sizes: SizeBySearch): void {
    const enough = GROWTH_MAX * Math.min(...Object.values(sizes));
    this.#search = QUICKEST_FIRST.find((search) => sizes[search] <= enough) ?? this.#search;
  }
}
