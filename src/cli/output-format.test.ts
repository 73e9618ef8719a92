import { describe, expect, it } from "vitest";
import { compressionLevel, dumpFormat } from "./output-format.ts";

describe("dumpFormat", () => {
  it.each([
    [undefined, undefined, "plain"],
    [undefined, "x.sql", "plain"],
    [undefined, "x.sql.zst", "stow"],
    [undefined, "x", "plain"],
    ["s", undefined, "stow"],
    ["stow", "x.sql", "stow"],
    ["p", "x.sql.zst", "plain"],
  ])("-F %s and the file %s mean %s", (flag, file, expected) => {
    expect(dumpFormat(flag, file)).toBe(expected);
  });

  it.each([
    ["c", undefined, 'output format "c" is not available yet'],
    ["directory", undefined, 'output format "directory" is not available yet'],
    ["x", undefined, 'invalid output format "x" specified'],
    [undefined, "x.sql.gz", "a file named .gz is none that this program writes: x.sql.gz"],
  ])("-F %s and the file %s: %s", (flag, file, message) => {
    expect(() => dumpFormat(flag, file)).toThrow(message);
  });
});

describe("compressionLevel", () => {
  it.each([
    [undefined, undefined],
    ["7", 7],
    ["zstd", undefined],
    ["zstd:12", 12],
    ["zstd:level=3", 3],
  ])("-Z %s of a stow archive is %s", (flag, expected) => {
    expect(compressionLevel(flag, "stow")).toBe(expected);
  });

  it.each(["gzip", "0", "none", "23", "zstd:long", "zstd:x"])("refuses -Z %s for a stow archive", (flag) => {
    expect(() => compressionLevel(flag, "stow")).toThrow("invalid compression specification");
  });

  it("takes nothing but no compression for a plain script", () => {
    expect(compressionLevel("0", "plain")).toBeUndefined();
    expect(compressionLevel("none", "plain")).toBeUndefined();
    expect(() => compressionLevel("9", "plain")).toThrow("a plain script cannot be compressed");
  });
});
