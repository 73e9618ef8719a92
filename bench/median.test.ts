import { expect, test } from "vitest";
import { median } from "./median.ts";

test("the middle value, whatever the order; of an even number the mean of the two in the middle", () => {
  expect(median([9, 1, 2])).toBe(2);
  expect(median([10, 4, 1, 2])).toBe(3);
  expect(median([7])).toBe(7);
  expect(median([])).toBeNaN();
});
