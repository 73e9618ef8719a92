import { textDecoder } from "../core/text-decoding.ts";
import type { ArchiveMetadata } from "./archive.ts";
import type { Entry } from "./entry.ts";

/** What an archive says of itself and of what is in it. */
export interface ArchiveText {
  readonly metadata: ArchiveMetadata;
  readonly entries: readonly Entry[];
}

/** The same as Unicode, if its text is bytes and they are some in the encoding; otherwise as it is. */
export function asUnicode(archive: ArchiveText): ArchiveText {
  const { metadata, entries } = archive;
  if (metadata.textIsBytes !== true) return archive;
  try {
    const decode = textDecoder(metadata.encoding);
    const read = (text: string): string => decode(Buffer.from(text, "latin1"));
    const { textIsBytes: _, ...rest } = metadata;
    return {
      metadata: { ...rest, database: read(metadata.database) },
      entries: entries.map((entry) => readableEntry(entry, read)),
    };
  } catch {
    return archive;
  }
}

function readableEntry(entry: Entry, read: (text: string) => string): Entry {
  const orNull = (text: string | null): string | null => (text === null ? null : read(text));
  return {
    dumpId: entry.dumpId,
    kind: entry.kind,
    tag: read(entry.tag),
    schema: orNull(entry.schema),
    owner: read(entry.owner),
    section: entry.section,
    create: read(entry.create),
    drop: read(entry.drop),
    copy: read(entry.copy),
    dependencies: entry.dependencies,
    catalogId: entry.catalogId,
    tablespace: orNull(entry.tablespace),
    tableAccessMethod: orNull(entry.tableAccessMethod),
    relkind: entry.relkind,
    data: entry.data,
  };
}
