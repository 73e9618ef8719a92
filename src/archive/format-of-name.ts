import { PgstowError } from "../core/errors.ts";

/** The formats that a dump can be written in. */
export type DumpFormat = "plain" | "stow" | "custom" | "directory" | "tar";

/**
 * The format that a file's name asks for: `.sql.zst` (or any `.zst`) is a stow archive, all else a plain script. Throws a PgstowError
 * `usage` for a name that promises what is neither.
 */
export function formatOfName(file: string): DumpFormat {
  if (file.endsWith(".zst")) return "stow";
  const promisesMore = /\.(gz|lz4|bz2|xz|tar|tgz|zip|dump|backup)$/.test(file);
  if (!promisesMore) return "plain";
  throw new PgstowError("usage", `the name does not say in which format to write: ${file}`, {
    hint: "Name it .sql for a plain script or .sql.zst for a stow archive, or say the format (-F).",
  });
}
