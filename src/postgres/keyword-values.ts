import { PgstowError } from "../core/errors.ts";

/** Looks a connection keyword up; undefined when it is not set or empty. */
export type KeywordLookup = (keyword: string) => string | undefined;

/** The keyword's value, which must be one of `choices`. */
export function oneOf<Choice extends string>(get: KeywordLookup, keyword: string, choices: readonly Choice[], fallback: Choice): Choice {
  const value = get(keyword);
  if (value === undefined) return fallback;
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) {
    throw new PgstowError("usage", `invalid ${keyword} value: "${value}"`, { hint: `it is one of ${choices.join(", ")}` });
  }
  return choice;
}

/** The keyword's value as an integer. */
export function countOf(get: KeywordLookup, keyword: string, fallback: number): number {
  const value = get(keyword);
  if (value === undefined) return fallback;
  if (!/^\s*[-+]?\d{1,9}\s*$/.test(value))
    throw new PgstowError("usage", `invalid integer value "${value}" for connection keyword "${keyword}"`);
  return Number(value);
}
