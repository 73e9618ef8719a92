import type { Compression, CompressionMethod } from "../archive/compression/method.ts";
import { checkLevel } from "../archive/compression/method.ts";
import { type DumpFormat, formatOfName } from "../archive/format-of-name.ts";
import { PgstowError } from "../core/errors.ts";

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

/**
 * The zstd level that -Z asks for: `7`, `zstd`, `zstd:7`, `zstd:level=7`; undefined for the default. A plain script is never compressed.
 */
export function compressionLevel(flag: string | undefined, format: DumpFormat): number | undefined {
  if (flag === undefined || (format !== "plain" && format !== "stow")) return undefined;
  const { method, level } = parseCompression(flag);
  if (format === "plain") {
    if (method === "none" || level === 0) return undefined;
    throw new PgstowError("usage", "a plain script cannot be compressed", {
      hint: "Write a stow archive instead: -Fs, or a file named .sql.zst.",
    });
  }
  if (method !== "zstd") {
    throw new PgstowError("usage", `invalid compression specification: a stow archive is compressed with zstd, not "${method}"`);
  }
  if (level === undefined) return undefined;
  if (!Number.isInteger(level) || level < 1 || level > 22) {
    throw new PgstowError("usage", `invalid compression specification: zstd has levels 1 to 22, not "${flag}"`);
  }
  return level;
}

/**
 * What -Z asks for in one of pg_dump's archive formats: `6`, `none`, `gzip`, `lz4`, `zstd:3`, `zstd:level=3`; undefined for the default.
 */
export function archiveCompression(flag: string | undefined, format: DumpFormat): Compression | undefined {
  if (flag === undefined || format === "plain" || format === "stow") return undefined;
  const method = parseCompression(flag);
  const compression = { method: /^\d+$/.test(flag) && method.level !== 0 ? "gzip" : method.method, level: method.level };
  if (!isMethod(compression)) {
    throw new PgstowError("usage", `unrecognized compression algorithm: "${compression.method}"`, { hint: "Use gzip, lz4, zstd or none." });
  }
  if (format === "tar" && compression.method !== "none") {
    throw new PgstowError("usage", "compression is not supported by tar archive format");
  }
  checkLevel(compression);
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

const methods: readonly CompressionMethod[] = ["none", "gzip", "lz4", "zstd"];

function isMethod(compression: { method: string; level?: number | undefined }): compression is Compression {
  return methods.some((method) => method === compression.method);
}

function parseCompression(flag: string): { method: string; level: number | undefined } {
  if (/^\d+$/.test(flag)) return { method: Number(flag) === 0 ? "none" : "zstd", level: Number(flag) };
  const [, method = flag, , detail] = /^([a-z0-9]+)(:(.*))?$/.exec(flag) ?? [];
  if (detail === undefined || detail === "") return { method, level: undefined };
  return { method, level: Number(detail.replace(/^level=/, "")) };
}
