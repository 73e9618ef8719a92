import type { Compression } from "../archive/compression/method.ts";
import { type DumpFormat, formatOfName } from "../archive/format-of-name.ts";
import { PgstowError } from "../core/errors.ts";
import { parseCompression } from "./compression-option.ts";

const formatNames: Readonly<Record<string, DumpFormat>> = {
  p: "plain",
  plain: "plain",
  s: "stow",
  stow: "stow",
  c: "custom",
  custom: "custom",
  d: "directory",
  directory: "directory",
  t: "tar",
  tar: "tar",
};

/**
 * The format of a dump: what -F says, else what the file's name says (`.sql` plain, `.sql.zst` stow), else plain. Throws a PgstowError
 * `usage` for an unknown format, and for a name that promises what plain text is not.
 */
export function dumpFormat(flag: string | undefined, file: string | undefined): DumpFormat {
  if (flag === undefined) return file === undefined ? "plain" : formatOfName(file);
  const format = formatNames[flag.toLowerCase()];
  const choices = { hint: "Formats: p (plain SQL script), s (stow: hashed, zstd-compressed archive), c (custom), d (directory), t (tar)." };
  if (format === undefined) throw new PgstowError("usage", `invalid output format "${flag}" specified`, choices);
  return format;
}

/** The zstd level that -Z asks for in a stow archive: `7`, `zstd`, `zstd:7`, `zstd:level=7`; undefined for the default, and other formats. */
export function compressionLevel(flag: string | undefined, format: DumpFormat): number | undefined {
  if (flag === undefined || format !== "stow") return undefined;
  const { method, level, long } = parseCompression(/^\d+$/.test(flag) && Number(flag) !== 0 ? `zstd:${flag}` : flag);
  if (method !== "zstd") {
    throw new PgstowError("usage", `invalid compression specification: a stow archive is compressed with zstd, not "${method}"`);
  }
  if (long === true || (level ?? 1) < 1) {
    throw new PgstowError(
      "usage",
      `invalid compression specification: zstd has levels 1 to 22 and no long mode in a stow archive, not "${flag}"`,
    );
  }
  return level;
}

/**
 * What -Z asks for in a plain script or one of pg_dump's archive formats: `6`, `none`, `gzip`, `lz4`, `zstd:3`, `zstd:level=3,long`;
 * undefined for the default.
 */
export function archiveCompression(flag: string | undefined, format: DumpFormat): Compression | undefined {
  if (flag === undefined || format === "stow") return undefined;
  const compression = parseCompression(flag);
  if (format === "tar" && compression.method !== "none") {
    throw new PgstowError("usage", "compression is not supported by tar archive format");
  }
  return compression;
}

/** `1.14` -> 14; undefined for the default. */
export function archiveVersion(flag: string | undefined, format: DumpFormat): number | undefined {
  if (flag === undefined) return undefined;
  if (format === "plain" || format === "stow") {
    throw new PgstowError("usage", "option --archive-version is for custom, directory and tar archives");
  }
  const minor = /^1\.(14|15|16)$/.exec(flag)?.[1];
  if (minor === undefined) throw new PgstowError("usage", `invalid archive version "${flag}"`, { hint: "Versions: 1.14, 1.15 and 1.16." });
  return Number(minor);
}
