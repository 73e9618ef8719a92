import { PgstowError } from "../../core/errors.ts";

/** How the data of pg_dump's formats may be compressed. */
export type CompressionMethod = "none" | "gzip" | "lz4" | "zstd";

export interface Compression {
  readonly method: CompressionMethod;
  /** In the method's own scale; undefined for its default. */
  readonly level?: number | undefined;
  /** Long-distance matching, of zstd. */
  readonly long?: boolean | undefined;
}

/** What a file in a directory archive is called after its name. */
export const fileSuffixes: Readonly<Record<CompressionMethod, string>> = { none: "", gzip: ".gz", lz4: ".lz4", zstd: ".zst" };

const LEVELS: Readonly<Record<CompressionMethod, readonly [min: number, max: number]>> = {
  none: [0, 0],
  gzip: [1, 9],
  lz4: [0, 12],
  zstd: [-131072, 22],
};

/** Throws a PgstowError `usage` for a level that the method does not have. */
export function checkLevel({ method, level }: Compression): void {
  const [min, max] = LEVELS[method];
  if (level === undefined || (Number.isInteger(level) && level >= min && level <= max)) return;
  throw new PgstowError("usage", `invalid compression specification: ${method} has levels ${min} to ${max}, not ${level}`);
}
