import type { Entry } from "../archive/entry.ts";
import { bunches } from "./work-units.ts";
import type { Bunch, WorkUnit } from "./work-units.ts";

/** How much longer than it must the work may take, for the sake of the order. */
const TOLERANCE = 1.1;

/**
 * The work on an archive that keeps the order of the table of contents, in that order, because what is read before its turn has to wait
 * somewhere. Only a table on which one session would work on when the others have long nothing left to do comes first.
 */
export function orderedUnits(entries: readonly Entry[], sizeOf: (entry: Entry) => number, sessions: number): WorkUnit[] {
  let units = bunches(entries, sizeOf);
  const total = units.reduce((sum, { bytes }) => sum + bytes, 0);
  const shortest = units.reduce((longest, { bytes }) => Math.max(longest, bytes), total / sessions);
  for (let pulled = 0; pulled < sessions * 2; pulled++) {
    const { end, last } = course(units, sessions);
    if (last === undefined || end <= shortest * TOLERANCE) break;
    units = [last, ...units.filter((unit) => unit !== last)];
  }
  return units.map(({ unit }) => unit);
}

/** When the work ends, if each session takes the next unit as soon as it can, and which unit is at work last. */
function course(units: readonly Bunch[], sessions: number): { end: number; last: Bunch | undefined } {
  const busyUntil = Array.from({ length: sessions }, () => 0);
  let end = 0;
  let last: Bunch | undefined;
  for (const unit of units) {
    const session = busyUntil.indexOf(Math.min(...busyUntil));
    const until = (busyUntil[session] ?? 0) + unit.bytes;
    busyUntil[session] = until;
    if (until > end) [end, last] = [until, unit];
  }
  return { end, last };
}
