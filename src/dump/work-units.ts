import type { Entry } from "../archive/entry.ts";
import type { PageRange } from "./table-ranges.ts";

/** Small tables are read several at a time, so that not each of them waits for the network. */
const BUNCH_BYTES_MAX = 1024 * 1024;
const BUNCH_TABLES_MAX = 100;

/** What one session reads before it asks for more: a table, several small ones, or a range of one. */
export interface WorkUnit {
  readonly entries: readonly Entry[];
  readonly range?: PageRange;
}

/** Whole tables that are read together, and what they come to. */
export interface Bunch {
  readonly unit: { readonly entries: Entry[] };
  bytes: number;
}

export interface TableFacts {
  /** Bytes that an entry's table takes on the server. */
  readonly sizeOf: (entry: Entry) => number;
  /** In which ranges an entry's table is read; none for tables that are read whole. */
  readonly rangesOf: (entry: Entry) => readonly PageRange[];
}

/** The largest first, small tables together; the ranges of a table in their order. */
export function workUnits(entries: readonly Entry[], { sizeOf, rangesOf }: TableFacts): WorkUnit[] {
  const pieces: { unit: WorkUnit; bytes: number }[] = [];
  const whole: Entry[] = [];
  for (const entry of entries) {
    const ranges = rangesOf(entry);
    if (ranges.length === 0) whole.push(entry);
    for (const range of ranges) pieces.push({ unit: { entries: [entry], range }, bytes: sizeOf(entry) / ranges.length });
  }
  whole.sort((a, b) => sizeOf(b) - sizeOf(a));
  return [...pieces, ...bunches(whole, sizeOf)].sort((a, b) => b.bytes - a.bytes).map(({ unit }) => unit);
}

/** Neighbours go together as long as they are small. */
export function bunches(entries: readonly Entry[], sizeOf: (entry: Entry) => number): Bunch[] {
  const found: Bunch[] = [];
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
