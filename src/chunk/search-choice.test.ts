import { describe, expect, test } from "vitest";

import { SearchChoice } from "./search-choice.ts";
import type { Search, SizeBySearch } from "./search-choice.ts";

const MEGABYTE = 1 << 20;

/** The searches of so many chunks of a megabyte; `sizesOf` says what each takes. */
function searchesOf(chunks: number, sizesOf: (chunk: number) => SizeBySearch): (Search | "compare")[] {
  const choice = new SearchChoice();
  return Array.from({ length: chunks }, (_, chunk) => {
    const search = choice.next(MEGABYTE);
    const sizes = sizesOf(chunk);
    if (search === "compare") choice.took(search, { bytes: new Uint8Array(0), rawBytes: MEGABYTE, sizes });
    else choice.took(search, { bytes: new Uint8Array(sizes[search]), rawBytes: MEGABYTE });
    return search;
  });
}

function lastWith(sizes: SizeBySearch): Search | "compare" | undefined {
  return searchesOf(10, () => sizes).at(-1);
}

function comparedOf(searches: readonly (Search | "compare")[]): number[] {
  return searches.flatMap((search, chunk) => (search === "compare" ? [chunk] : []));
}

describe("the search for the chunks of a table", () => {
  test("is the one that makes them smallest", () => {
    expect(lastWith({ nearest: 1200, near: 1100, wide: 1000 })).toBe("wide");
    expect(lastWith({ nearest: 1200, near: 1000, wide: 1100 })).toBe("near");
    expect(lastWith({ nearest: 1000, near: 1100, wide: 1200 })).toBe("nearest");
  });

  test("is a quicker one where that makes them hardly larger", () => {
    expect(lastWith({ nearest: 1000, near: 999, wide: 995 })).toBe("nearest");
    expect(lastWith({ nearest: 1011, near: 1009, wide: 1000 })).toBe("near");
  });

  test("is compared for one chunk in 64, and never for a small table", () => {
    const searches = searchesOf(150, () => ({ nearest: 1000, near: 1000, wide: 1000 }));
    expect(comparedOf(searches)).toEqual([3, 67, 131]);
    expect(searches.slice(0, 3)).toEqual(["wide", "wide", "wide"]);
  });

  test("is compared again when the rows change, however they do, but not again and again", () => {
    const narrow = { nearest: 1000, near: 1200, wide: 1500 };
    const text = { nearest: 3000, near: 2000, wide: 1000 };
    const once = searchesOf(64, (chunk) => (chunk < 30 ? narrow : text));
    expect(comparedOf(once)).toEqual([3, 31]);
    expect([once[29], once[32]]).toEqual(["nearest", "wide"]);
    expect(comparedOf(searchesOf(64, (chunk) => (chunk < 30 ? text : narrow)))).toEqual([3, 31]);
    const wavering = searchesOf(64, (chunk) => (chunk % 2 === 0 ? narrow : { nearest: 1300, near: 1500, wide: 2000 }));
    expect(comparedOf(wavering)).toEqual([3, 19, 35, 51]);
  });

  test("is the usual one for chunks that are too small or too large to be compared, which do not count", () => {
    const choice = new SearchChoice();
    const searches = Array.from({ length: 20 }, (_, chunk) => choice.next(chunk % 2 === 0 ? 100_000 : 20 * MEGABYTE));
    expect(new Set(searches)).toEqual(new Set(["wide"]));
    expect(Array.from({ length: 4 }, () => choice.next(MEGABYTE))).toEqual(["wide", "wide", "wide", "compare"]);
  });
});
