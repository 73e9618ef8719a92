import { PgstowError } from "../../core/errors.ts";
import type { GivenOption } from "./getopt.ts";

/** What an option with a number takes, and how messages name it. */
export interface NumberRule {
  readonly label: string;
  readonly least: number;
  readonly most: number;
}

const INT_MAX = 2_147_483_647;

export const jobsRule: NumberRule = { label: "-j/--jobs", least: 1, most: INT_MAX };
export const rowsPerInsertRule: NumberRule = { label: "--rows-per-insert", least: 1, most: INT_MAX };
export const extraFloatDigitsRule: NumberRule = { label: "--extra-float-digits", least: -15, most: 3 };
export const transactionSizeRule: NumberRule = { label: "--transaction-size", least: 1, most: INT_MAX };

/** Refuses a value that is no number or out of its range, in the words of PostgreSQL's programs. Throws a PgstowError `usage`. */
export function checkNumber({ value = "" }: GivenOption, { label, least, most }: NumberRule): void {
  if (!/^\s*[+-]?\d+\s*$/.test(value)) throw new PgstowError("usage", `invalid value "${value}" for option ${label}`);
  const number = Number(value);
  if (number < least || number > most) {
    throw new PgstowError("usage", `${label} must be in range ${String(least)}..${String(most)}`);
  }
}
