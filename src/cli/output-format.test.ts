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

  it.each(["gzip", "0", "none", "23", "zstd:long", "zstd:x", "zstd:-3"])("refuses -Z %s for a stow archive", (flag) => {
    expect(() => compressionLevel(flag, "stow")).toThrow("invalid compression specification");
  });
});

describe("archiveCompression", () => {
  it.each([
    [undefined, undefined],
    ["0", { method: "none" }],
    ["9", { method: "gzip", level: 9 }],
    ["gzip", { method: "gzip" }],
    ["gzip:-1", { method: "gzip" }],
    ["zstd:long", { method: "zstd", long: true }],
    ["zstd:level=-5,long=off", { method: "zstd", level: -5 }],
    ["lz4:12", { method: "lz4", level: 12 }],
    ["zstd:level=19", { method: "zstd", level: 19 }],
    ["none:level=0", { method: "none" }],
  ])("-Z %s of a custom archive is %o", (flag, expected) => {
    expect(archiveCompression(flag, "custom")).toEqual(expected);
  });

  it.each([
    ["10", "custom", 'compression algorithm "gzip" expects a compression level between 1 and 9 (default at -1)'],
    ["lz4:13", "plain", 'compression algorithm "lz4" expects a compression level between 1 and 12 (default at 0)'],
    ["zstd:23", "plain", 'compression algorithm "zstd" expects a compression level between -131072 and 22 (default at 3)'],
    ["none:5", "plain", 'invalid compression specification: compression algorithm "none" does not accept a compression level'],
    ["gzip:x=y", "plain", 'invalid compression specification: unrecognized compression option: "x"'],
    ["gzip:level", "plain", 'invalid compression specification: compression option "level" requires a value'],
    ["gzip:level=a", "plain", 'invalid compression specification: value for compression option "level" must be an integer'],
    ["gzip:long", "plain", 'invalid compression specification: compression algorithm "gzip" does not support long-distance mode'],
    ["gzip:workers=2", "plain", 'invalid compression specification: compression algorithm "gzip" does not accept a worker count'],
    ["gzip:,", "plain", "invalid compression specification: found empty string where a compression option was expected"],
    ["gzip:", "plain", "invalid compression specification: found empty string where a compression option was expected"],
    [":3", "plain", 'unrecognized compression algorithm: ""'],
    ["0x", "plain", 'unrecognized compression algorithm: "0x"'],
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
