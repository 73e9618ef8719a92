import type { Entry } from "../archive/entry.ts";
import type { WorkUnit } from "./work-units.ts";

/** Small tables are read several at a time, so that not each of them waits for the network. */
const BUNCH_BYTES_MAX = 1024 * 1024;
const BUNCH_TABLES_MAX = 100;
/** How much longer than it must the work may take, for the sake of the order. */
const TOLERANCE = 1.1;

interface SizedUnit {
  readonly unit: { readonly entries: Entry[] };
  bytes: number;
}

/**
 * The work on an archive that keeps the order of the table of contents, in that order, because what is read before its turn has to wait
 * somewhere. Only a table on which one session would work on when the others have long nothing left to do comes first.
 */
export function orderedUnits(entries: readonly Entry[], sizeOf: (entry: Entry) => number, sessions: number): WorkUnit[] {
  let units = neighbours(entries, sizeOf);
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
function course(units: readonly SizedUnit[], sessions: number): { end: number; last: SizedUnit | undefined } {
  const busyUntil = Array.from({ length: sessions }, () => 0);
  let end = 0;
  let last: SizedUnit | undefined;
  for (const unit of units) {
    const session = busyUntil.indexOf(Math.min(...busyUntil));
    const until = (busyUntil[session] ?? 0) + unit.bytes;
    busyUntil[session] = until;
    if (until > end) [end, last] = [until, unit];
  }
  return { end, last };
}

/** Small ones that stand next to each other together. */
function neighbours(entries: readonly Entry[], sizeOf: (entry: Entry) => number): SizedUnit[] {
  const found: SizedUnit[] = [];
  for (const entry of entries) {
    const bytes = sizeOf(entry);
    const last = found.at(-1);
    if (last === undefined || last.bytes + bytes > BUNCH_BYTES_MAX || last.unit.entries.length >= BUNCH_TABLES_MAX) {
      found.push({ unit: { entries: [entry] }, bytes });
    } else {
      last.unit.entries.push(entry);
      last.bytes += bytes;
    }
  }
  return found;
}
