import type { Compression, CompressionMethod } from "../archive/compression/method.ts";
import { PgstowError } from "../core/errors.ts";

const METHODS: readonly CompressionMethod[] = ["none", "gzip", "lz4", "zstd"];

interface Levels {
  readonly min: number;
  readonly max: number;
  /** As the method calls its default; allowed even where it is outside of the others. */
  readonly fallback: number;
}

const LEVELS: Readonly<Record<Exclude<CompressionMethod, "none">, Levels>> = {
  gzip: { min: 1, max: 9, fallback: -1 },
  lz4: { min: 1, max: 12, fallback: 0 },
  zstd: { min: -131072, max: 22, fallback: 3 },
};

/**
 * What -Z says: `6` (gzip), `0` (none), `METHOD`, `METHOD:6`, `METHOD:level=6,long`. Throws a PgstowError `usage` in pg_dump's words for
 * everything else.
 */
export function parseCompression(flag: string): Compression {
  if (/^\s*[+-]?\d+$/.test(flag)) {
    const level = Number(flag);
    return level === 0 ? { method: "none" } : checked({ method: "gzip", level });
  }
  const [name = "", ...rest] = flag.split(":");
  const method = METHODS.find((one) => one === name);
  if (method === undefined) {
    throw new PgstowError("usage", `unrecognized compression algorithm: "${name}"`, { hint: "Use gzip, lz4, zstd or none." });
  }
  return rest.length === 0 ? { method } : checked(parseDetail(method, rest.join(":")));
}

function parseDetail(method: CompressionMethod, detail: string): Compression {
  if (/^\s*[+-]?\d+$/.test(detail)) return { method, level: Number(detail) };
  let level: number | undefined;
  let long = false;
  for (const option of detail.split(",")) {
    const [, name = "", , value] = /^([^=]*)(=(.*))?$/s.exec(option) ?? [];
    if (name === "") throw invalid("found empty string where a compression option was expected");
    if (name === "level") level = integerOf(name, value);
    else if (name === "long") long = booleanOf(name, value);
    else if (name === "workers") checkWorkers(method, integerOf(name, value));
    else throw invalid(`unrecognized compression option: "${name}"`);
  }
  return { method, ...(level === undefined ? {} : { level }), ...(long ? { long } : {}) };
}

function integerOf(name: string, value: string | undefined): number {
  if (value === undefined) throw invalid(`compression option "${name}" requires a value`);
  if (!/^\s*[+-]?\d+$/.test(value)) throw invalid(`value for compression option "${name}" must be an integer`);
  return Number(value);
}

function booleanOf(name: string, value: string | undefined): boolean {
  const word = (value ?? "on").toLowerCase();
  if (["yes", "on", "1"].includes(word)) return true;
  if (["no", "off", "0"].includes(word)) return false;
  throw invalid(`value for compression option "${name}" must be a Boolean value`);
}

/** Threads are ours to choose; pg_dump has none. */
function checkWorkers(method: CompressionMethod, workers: number): void {
  if (method !== "zstd") throw invalid(`compression algorithm "${method}" does not accept a worker count`);
  if (workers > 0) throw new PgstowError("usage", 'compression option "workers" is not currently supported by pg_dump');
}

function checked(compression: Compression): Compression {
  const { method, level, long } = compression;
  if (method === "none") {
    if ((level ?? 0) !== 0) throw invalid('compression algorithm "none" does not accept a compression level');
  } else if (level !== undefined) {
    const { min, max, fallback } = LEVELS[method];
    if ((level < min || level > max) && level !== fallback) {
      const range = `between ${min.toString()} and ${max.toString()} (default at ${fallback.toString()})`;
      throw invalid(`compression algorithm "${method}" expects a compression level ${range}`);
    }
    if (level === fallback && method !== "zstd") return { method };
  }
  if (long === true && method !== "zstd") throw invalid(`compression algorithm "${method}" does not support long-distance mode`);
  return method === "none" ? { method } : compression;
}

function invalid(problem: string): PgstowError {
  return new PgstowError("usage", `invalid compression specification: ${problem}`);
}
