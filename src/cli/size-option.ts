import { PgstowError } from "../core/errors.ts";

/** As in the server's settings: powers of 1024. */
const UNITS: Readonly<Record<string, number>> = { b: 1, kb: 2 ** 10, mb: 2 ** 20, gb: 2 ** 30, tb: 2 ** 40 };

/** `100MB`, `1.5 GB` -> bytes, at least one. Throws a PgstowError `usage` for anything else, a number without a unit included. */
export function parseSize(text: string, option: string): number {
  const [, digits, unit = ""] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*$/i.exec(text) ?? [];
  const bytes = Math.floor(Number(digits) * (UNITS[unit.toLowerCase()] ?? NaN));
  if (bytes >= 1 && Number.isSafeInteger(bytes)) return bytes;
  throw new PgstowError("usage", `invalid value "${text}" for option ${option}`, {
    hint: "A size has a unit, as in 512kB, 100MB or 1.5GB: B, kB, MB, GB or TB, which are powers of 1024.",
  });
}
