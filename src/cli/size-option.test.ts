import { expect, test } from "vitest";
import { parseSize } from "./size-option.ts";

test.each([
  ["1B", 1],
  ["8kB", 8192],
  ["100MB", 100 * 1024 * 1024],
  [" 1.5 gb ", 1.5 * 1024 ** 3],
  ["2TB", 2 * 1024 ** 4],
])("%s is a size", (text, bytes) => {
  expect(parseSize(text, "--size")).toBe(bytes);
});

test.each(["", "100", "0MB", "0.1B", "-1MB", "1e3MB", "MB", "1 MiB", "1 M", "many", "1MB 2MB", "99999999TB"])("'%s' is none", (text) => {
  expect(() => parseSize(text, "--size")).toThrow(`invalid value "${text}" for option --size`);
});
