import { describe, expect, it } from "vitest";
import { archiveCompression, archiveVersion, compressionLevel, dumpFormat } from "./output-format.ts";

describe("dumpFormat", () => {
  it.each([
    [undefined, undefined, "plain"],
    [undefined, "x.sql", "plain"],
    [undefined, "x.sql.zst", "stow"],
    [undefined, "x", "plain"],
    ["s", undefined, "stow"],
    ["stow", "x.sql", "stow"],
    ["p", "x.sql.zst", "plain"],
    ["c", undefined, "custom"],
    ["Custom", "x", "custom"],
    ["d", "x", "directory"],
    ["tar", undefined, "tar"],
  ])("-F %s and the file %s mean %s", (flag, file, expected) => {
    expect(dumpFormat(flag, file)).toBe(expected);
  });

  it.each([
    ["x", undefined, 'invalid output format "x" specified'],
    [undefined, "x.dump", "the name does not say in which format to write: x.dump"],
    [undefined, "x.sql.gz", "the name does not say in which format to write: x.sql.gz"],
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

describe("archiveCompression", () => {
  it.each([
    [undefined, undefined],
    ["0", { method: "none", level: 0 }],
    ["9", { method: "gzip", level: 9 }],
    ["gzip", { method: "gzip", level: undefined }],
    ["lz4", { method: "lz4", level: undefined }],
    ["zstd:level=19", { method: "zstd", level: 19 }],
    ["none", { method: "none", level: undefined }],
  ])("-Z %s of a custom archive is %o", (flag, expected) => {
    expect(archiveCompression(flag, "custom")).toEqual(expected);
  });

  it.each([
    ["10", "custom", "invalid compression specification: gzip has levels 1 to 9, not 10"],
    ["bzip2", "directory", 'unrecognized compression algorithm: "bzip2"'],
    ["zstd:fast", "directory", "invalid compression specification"],
    ["1", "tar", "compression is not supported by tar archive format"],
  ] as const)("refuses -Z %s for a %s archive", (flag, format, message) => {
    expect(() => archiveCompression(flag, format)).toThrow(message);
  });
});

describe("archiveVersion", () => {
  it("is one of those that are written", () => {
    expect(archiveVersion("1.14", "custom")).toBe(14);
    expect(archiveVersion(undefined, "plain")).toBeUndefined();
    expect(() => archiveVersion("1.13", "custom")).toThrow('invalid archive version "1.13"');
    expect(() => archiveVersion("1.14", "stow")).toThrow("option --archive-version is for custom, directory and tar archives");
  });
});
