import { PgstowError } from "../core/errors.ts";

/** The moment that lies so long before `now`: `30d`, `12h`, `2w`, `1y6m` (years, months, weeks, days, hours; `45min`). Throws `usage`. */
export function momentBefore(now: Date, duration: string): Date {
  if (!isDuration(duration)) {
    throw new PgstowError("usage", `"${duration}" is no span of time`, {
      hint: "Write 30d, 12h, 2w, or 1y6m: years, months, weeks, days and hours; minutes are 45min.",
    });
  }
  const moment = new Date(now);
  for (const [, count = "0", unit = ""] of duration.matchAll(/(\d+)(min|y|m|w|d|h)/g)) subtract(moment, Number(count), unit);
  return moment;
}

export function isDuration(text: string): boolean {
  return /^(\d{1,5}(min|y|m|w|d|h))+$/.test(text);
}

function subtract(moment: Date, count: number, unit: string): void {
  if (unit === "y") moment.setUTCFullYear(moment.getUTCFullYear() - count);
  else if (unit === "m") moment.setUTCMonth(moment.getUTCMonth() - count);
  else if (unit === "w") moment.setUTCDate(moment.getUTCDate() - 7 * count);
  else if (unit === "d") moment.setUTCDate(moment.getUTCDate() - count);
  else if (unit === "h") moment.setTime(moment.getTime() - count * 3_600_000);
  else moment.setTime(moment.getTime() - count * 60_000);
}
