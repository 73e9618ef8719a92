import type { ArchiveReader } from "../archive/archive.ts";
import type { Entry } from "../archive/entry.ts";
import { localTime } from "../archive/plain/frame.ts";
import { oneLine } from "../archive/plain/header.ts";

/** The table of contents as `pg_restore -l` prints it: a head of comments, then one line for each entry. */
export function* tocLines(archive: Pick<ArchiveReader, "format" | "metadata" | "entries">): Generator<string> {
  const { metadata, entries, format } = archive;
  yield ";";
  yield `; Archive created at ${localTime(new Date(metadata.startedAt))}`;
  yield `;     dbname: ${oneLine(metadata.database)}`;
  yield `;     TOC Entries: ${String(entries.length)}`;
  yield `;     Format: ${format.toUpperCase()}`;
  yield `;     Dumped from database version: ${metadata.serverVersion}`;
  yield `;     Dumped by pgstow version: ${metadata.toolVersion}`;
  yield ";";
  yield ";";
  yield "; Selected TOC Entries:";
  yield ";";
  for (const entry of entries) yield entryLine(entry);
}

/** `217; 1259 69103 TABLE public t postgres` */
function entryLine(entry: Entry): string {
  const { classOid, oid } = entry.catalogId;
  const place = entry.schema === null ? "-" : oneLine(entry.schema);
  const number = `${String(entry.dumpId)}; ${String(classOid)} ${String(oid)}`;
  return `${number} ${entry.kind} ${place} ${oneLine(entry.tag)} ${oneLine(entry.owner)}`;
}
