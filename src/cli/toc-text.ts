import type { ArchiveReader } from "../archive/archive.ts";
import type { Entry } from "../archive/entry.ts";
import { localTime } from "../archive/plain/frame.ts";
import { oneLine } from "../archive/plain/header.ts";

type ListedArchive = Pick<ArchiveReader, "format" | "layout" | "metadata" | "entries">;

/** The table of contents as `pg_restore -l` prints it: a head of comments, then one line for each of the shown entries. */
export function* tocLines(archive: ListedArchive, shown: readonly Entry[]): Generator<string> {
  const { metadata } = archive;
  yield ";";
  yield `; Archive created at ${localTime(new Date(metadata.startedAt))}`;
  yield `;     dbname: ${oneLine(metadata.database)}`;
  yield* layoutLines(archive);
  yield ";";
  yield ";";
  yield "; Selected TOC Entries:";
  yield ";";
  for (const entry of shown) yield entryLine(entry);
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
