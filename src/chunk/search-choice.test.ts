import { describe, expect, test } from "vitest";

import { SearchChoice } from "./search-choice.ts";
import type { Search, SizeBySearch } from "./search-choice.ts";

function searchAfter(sizes: SizeBySearch): Search | "compare" {
  const choice = new SearchChoice();
  choice.learn(sizes);
  return choice.next();
}

describe("the search for the chunks of a table", () => {
  test("is the one that makes them smallest", () => {
    expect(searchAfter({ nearest: 1200, near: 1100, wide: 1000 })).toBe("wide");
    expect(searchAfter({ nearest: 1200, near: 1000, wide: 1100 })).toBe("near");
    expect(searchAfter({ nearest: 1000, near: 1100, wide: 1200 })).toBe("nearest");
  });

  test("is a quicker one where that makes them hardly larger", () => {
    expect(searchAfter({ nearest: 1000, near: 999, wide: 995 })).toBe("nearest");
    expect(searchAfter({ nearest: 1011, near: 1009, wide: 1000 })).toBe("near");
  });

  test("is compared for one chunk in 64, and never for a small table", () => {
    const choice = new SearchChoice();
    const searches = Array.from({ length: 150 }, () => choice.next());
    expect(searches.flatMap((search, chunk) => (search === "compare" ? [chunk] : []))).toEqual([3, 67, 131]);
    expect(new Set(searches)).toEqual(new Set(["wide", "compare"]));
  });
});
