import type { DataRange } from "../archive/archive.ts";

/** What the server says of a table. */
export interface TableSize {
  /** On its disk, with what is stored out of line. */
  readonly bytes: number;
  /** Pages of the table itself, where it can be read in ranges of them; otherwise 0. */
  readonly pages: number;
}

/** A range of a table's pages: from the start, or `fromPage` on; to the end, or up to `beforePage`. */
export interface PageRange extends DataRange {
  readonly fromPage: number | null;
  readonly beforePage: number | null;
}

/** Which tables are read in ranges, and how long those are. */
export interface SplitRule {
  readonly jobs: number;
  /** Bytes of a table that is still read whole. */
  readonly largerThan: number;
  readonly rangeBytes: number;
}

/** To begin another range costs two waits for the server; this takes so much longer that it does not show. */
const RANGE_BYTES_MIN = 32 << 20;
/** So that sessions end together: the last one works on for at most about this part of its share. */
const RANGES_PER_SESSION = 32;
/** Of one table, however small the ranges are that somebody asks for. */
const RANGES_MAX_PER_SESSION = 64;

/**
 * The rule for tables of so many bytes in all on so many sessions. Without a size of the caller's (`largerThan`) a table is split when it is
 * longer than two ranges, each a small part of what one session has to read.
 */
export function splitRule(totalBytes: number, jobs: number, largerThan?: number): SplitRule {
  const rangeBytes = Math.max(RANGE_BYTES_MIN, Math.ceil(totalBytes / (jobs * RANGES_PER_SESSION)));
  if (largerThan === undefined) return { jobs, largerThan: 2 * rangeBytes, rangeBytes };
  return { jobs, largerThan, rangeBytes: Math.min(rangeBytes, Math.max(1, largerThan / 2)) };
}

/**
 * The ranges of a table, in its order; none when it is read whole. The first one has no start and the last one no end, so that no row can be
 * outside of them, whatever becomes of the table's size.
 */
export function pageRanges({ bytes, pages }: TableSize, { jobs, largerThan, rangeBytes }: SplitRule): readonly PageRange[] {
  if (jobs === 1 || bytes <= largerThan) return [];
  const ranges = Math.min(pages, Math.ceil(bytes / rangeBytes), jobs * RANGES_MAX_PER_SESSION);
  if (ranges < 2) return [];
  const start = (range: number): number => Math.floor((pages * range) / ranges);
  return Array.from({ length: ranges }, (_, range) => ({
    range,
    ranges,
    fromPage: range === 0 ? null : start(range),
    beforePage: range === ranges - 1 ? null : start(range + 1),
  }));
}
