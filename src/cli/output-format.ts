import { type DumpFormat, formatOfName } from "../archive/format-of-name.ts";
import { PgstowError } from "../core/errors.ts";

const formatNames: Readonly<Record<string, DumpFormat | "not-yet">> = {
  p: "plain",
  plain: "plain",
  s: "stow",
  stow: "stow",
  c: "not-yet",
  custom: "not-yet",
  d: "not-yet",
  directory: "not-yet",
  t: "not-yet",
  tar: "not-yet",
};

/**
 * The format of a dump: what -F says, else what the file's name says (`.sql` plain, `.sql.zst` stow), else plain. Throws a PgstowError
 * `usage` for a format that is unknown or not available yet, and for a name that promises what plain text is not.
 */
export function dumpFormat(flag: string | undefined, file: string | undefined): DumpFormat {
  if (flag === undefined) return file === undefined ? "plain" : formatOfName(file);
  const format = formatNames[flag.toLowerCase()];
  const choices = { hint: "Formats: p (plain SQL script) and s (stow: hashed, zstd-compressed archive)." };
  if (format === undefined) throw new PgstowError("usage", `invalid output format "${flag}" specified`, choices);
  if (format === "not-yet") throw new PgstowError("usage", `output format "${flag}" is not available yet`, choices);
  return format;
}

/**
 * The zstd level that -Z asks for: `7`, `zstd`, `zstd:7`, `zstd:level=7`; undefined for the default. A plain script is never compressed.
 */
export function compressionLevel(flag: string | undefined, format: DumpFormat): number | undefined {
  if (flag === undefined) return undefined;
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

function parseCompression(flag: string): { method: string; level: number | undefined } {
  if (/^\d+$/.test(flag)) return { method: Number(flag) === 0 ? "none" : "zstd", level: Number(flag) };
  const [, method = flag, , detail] = /^([a-z0-9]+)(:(.*))?$/.exec(flag) ?? [];
  if (detail === undefined || detail === "") return { method, level: undefined };
  return { method, level: Number(detail.replace(/^level=/, "")) };
}
