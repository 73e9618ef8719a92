import { PgstowError } from "../core/errors.ts";

const INT_MAX = 2_147_483_647;

/** Milliseconds of each unit that the server knows; its letters are case-sensitive. */
const UNITS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

const SPACES = "[ \\t\\n\\v\\f\\r]*";
const HEXADECIMAL = "0[xX][\\da-fA-F]+(?:\\.[\\da-fA-F]*(?:[pP][+-]?\\d+)?)?";
const DECIMAL = "(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:[eE][+-]?\\d+)?";
const TIMEOUT = new RegExp(`^${SPACES}([+-]?)(${HEXADECIMAL}|${DECIMAL})${SPACES}(${Object.keys(UNITS).join("|")})?${SPACES}$`);

/**
 * Refuses what no server takes as `lock_timeout`: it wants milliseconds, or a number with a unit (`1500`, `1.5s`, `2 min`). What is close
 * to a border is left to the server. `name` is what the message calls the option. Throws a PgstowError `usage`.
 */
export function checkLockTimeout(timeout: string | undefined, name: string): void {
  if (timeout === undefined || isLockTimeout(timeout)) return;
  throw new PgstowError("usage", `invalid value "${timeout}" for ${name}`, {
    hint: "Write milliseconds, or a number with a unit: us, ms, s, min, h or d, such as 500ms or 1.5min; at most 24 days.",
  });
}

export function isLockTimeout(timeout: string): boolean {
  const [, sign, digits, unit = "ms"] = TIMEOUT.exec(timeout) ?? [];
  if (digits === undefined) return false;
  const milliseconds = numberOf(digits) * (UNITS[unit] ?? 1);
  return sign === "-" ? milliseconds < 1 : milliseconds < INT_MAX + 1;
}

/** As C reads it: 0x10 and 010 are no decimals. */
function numberOf(digits: string): number {
  if (/^0x/i.test(digits)) return Number.parseInt(digits, 16);
  return /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
}
