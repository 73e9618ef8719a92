import type { ArchiveReader, EntryPart } from "../archive/archive.ts";
import type { Entry } from "../archive/entry.ts";
import { tableFilledBy } from "./copy-statement.ts";

/** Below this a table is not worth it: its rows could no longer come as old ones, for that takes one transaction. */
const SPLIT_BYTES_MIN = 64 << 20;

export interface SplitOptions {
  /** Sessions side by side. */
  readonly jobs: number;
  /** Raw bytes from which on a table may be split. */
  readonly splitTablesLargerThan?: number | undefined;
}

/**
 * Tables whose rows several sessions are to send side by side, with the part of each: those that are larger than a session's fair share of
 * all data. Only tables that this restore has made, which hold nothing else and can be emptied when a part fails.
 */
export function splitTables(
  archive: Pick<ArchiveReader, "sizes" | "parts">,
  entries: readonly Entry[],
  made: ReadonlySet<string>,
  { jobs, splitTablesLargerThan = SPLIT_BYTES_MIN }: SplitOptions,
): ReadonlyMap<Entry, readonly EntryPart[]> {
  const split = new Map<Entry, readonly EntryPart[]>();
  const bytesOf = ({ dumpId }: Entry) => archive.sizes.get(dumpId)?.rawBytes ?? 0;
  const share = entries.reduce((sum, entry) => sum + bytesOf(entry), 0) / jobs;
  for (const entry of entries) {
    const bytes = bytesOf(entry);
    const table = entry.data === "rows" ? tableFilledBy(entry.copy) : undefined;
    if (bytes < splitTablesLargerThan || bytes <= share || table === undefined || !made.has(table)) continue;
    const parts = archive.parts?.(entry, Math.min(jobs, Math.ceil(bytes / share))) ?? [];
    if (parts.length > 1) split.set(entry, parts);
  }
  return split;
}
