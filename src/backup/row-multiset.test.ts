import { expect, it } from "vitest";
import { RowMultiset } from "./row-multiset.ts";

function setOf(...parts: readonly string[]): RowMultiset {
  const set = new RowMultiset();
  for (const part of parts) set.add(Buffer.from(part));
  return set;
}

it("holds rows in any order, however they come in parts", () => {
  const one = setOf("1\ta\n2\tb\n", "3\tc\n");
  expect(one.equals(setOf("3\tc\n", "2\tb\n1\ta\n"))).toBe(true);
  expect(one.equals(setOf("1\ta\n2\tb\n"))).toBe(false);
  expect(one.equals(setOf("1\ta\n2\tb\n3\td\n"))).toBe(false);
});

it("counts a row that is there twice", () => {
  expect(setOf("1\n1\n2\n").equals(setOf("1\n2\n2\n"))).toBe(false);
  expect(setOf("1\n1\n").equals(setOf("1\n"))).toBe(false);
  expect(setOf("\n").equals(setOf())).toBe(false);
});
