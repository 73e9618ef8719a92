import { PgstowError } from "../core/errors.ts";

/** The formats that a dump can be written in. */
export type DumpFormat = "plain" | "stow" | "custom" | "directory" | "tar";

/**
 * The format that a file's name asks for: `.sql.zst` (or any `.zst`) is a stow archive, all else a plain script. Throws a PgstowError
 * `usage` for a name that promises a format which is neither.
 */
export function formatOfName(file: string): DumpFormat {
  if (file.endsWith(".zst")) return "stow";
  const promised = /\.(gz|lz4|bz2|xz|tar|tgz|zip)$/.exec(file)?.[1];
  if (promised === undefined) return "plain";
  throw new PgstowError("usage", `a file named .${promised} is none that this program writes: ${file}`, {
    hint: "Name it .sql for a plain script or .sql.zst for a stow archive, or say which format it shall be.",
  });
}
