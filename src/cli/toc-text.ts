import type { ArchiveReader } from "../archive/archive.ts";
import type { Entry } from "../archive/entry.ts";
import { localTime } from "../archive/plain/frame.ts";
import { oneLine } from "../archive/plain/header.ts";

type ListedArchive = Pick<ArchiveReader, "format" | "layout" | "metadata" | "entries" | "special">;

/**
 * The table of contents as `pg_restore -l` prints it: a head of comments, then one line for each of the shown entries. With `verbose` one
 * for every item, and what it depends on.
 */
export function* tocLines(archive: ListedArchive, shown: readonly Entry[], verbose = false): Generator<string> {
  const { metadata, special = [], entries } = archive;
  yield ";";
  yield `; Archive created at ${localTime(new Date(metadata.startedAt))}`;
  yield `;     dbname: ${oneLine(metadata.database)}`;
  yield* layoutLines(archive);
  yield ";";
  yield ";";
  yield "; Selected TOC Entries:";
  yield ";";
  for (const entry of verbose ? [...special, ...inOrderOf(shown, entries)] : shown) {
    yield entryLine(entry);
    if (verbose && entry.dependencies.length > 0) yield `;\tdepends on: ${entry.dependencies.join(" ")}`;
  }
}

/** All entries; a list file moves those that it names to the end. */
function inOrderOf(shown: readonly Entry[], entries: readonly Entry[]): readonly Entry[] {
  const chosen = new Set(shown);
  const kept = entries.filter((entry) => chosen.has(entry));
  const isMoved = kept.some((entry, at) => shown[at] !== entry);
  return isMoved ? [...entries.filter((entry) => !chosen.has(entry)), ...shown] : entries;
}

function* layoutLines({ format, layout, metadata, entries }: ListedArchive): Generator<string> {
  yield `;     TOC Entries: ${String(layout?.items ?? entries.length)}`;
  if (layout !== undefined) {
    yield `;     Compression: ${layout.compression}`;
    yield `;     Dump Version: ${layout.version}`;
  }
  yield `;     Format: ${format.toUpperCase()}`;
  if (layout === undefined) {
    yield `;     Dumped from database version: ${metadata.serverVersion}`;
    yield `;     Dumped by pgstow version: ${metadata.toolVersion}`;
    return;
  }
  yield `;     Integer: ${String(layout.intBytes)} bytes`;
  yield `;     Offset: ${String(layout.offsetBytes)} bytes`;
  if (layout.serverVersion !== null) yield `;     Dumped from database version: ${layout.serverVersion}`;
  if (layout.dumpVersion !== null) yield `;     Dumped by pg_dump version: ${layout.dumpVersion}`;
}

/** `217; 1259 69103 TABLE public t postgres` */
function entryLine(entry: Entry): string {
  const { classOid, oid } = entry.catalogId;
  const place = entry.schema === null ? "-" : oneLine(entry.schema);
  const number = `${String(entry.dumpId)}; ${String(classOid)} ${String(oid)}`;
  return `${number} ${entry.kind} ${place} ${oneLine(entry.tag)} ${oneLine(entry.owner)}`;
}
