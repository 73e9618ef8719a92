import type { ArchiveMetadata, EntryData, LargeObjectPiece, RowBatch, ScriptOptions } from "../../src/archive/archive.ts";
import type { Entry } from "../../src/archive/entry.ts";

/** An entry with everything at its emptiest, for tests that say only what matters. */
export function entryOf(facts: Partial<Entry> & Pick<Entry, "kind">): Entry {
  return {
    dumpId: 1,
    tag: "t",
    schema: "public",
    owner: "ann",
    section: "pre-data",
    create: "",
    drop: "",
    copy: "",
    dependencies: [],
    catalogId: { classOid: 0, oid: 0 },
    tablespace: null,
    tableAccessMethod: null,
    relkind: "",
    data: "none",
    ...facts,
  };
}

export function metadataOf(facts: Partial<ArchiveMetadata> = {}): ArchiveMetadata {
  return {
    database: "shop",
    serverVersion: "18.4",
    serverVersionNum: 180004,
    toolVersion: "0.0.0",
    encoding: "UTF8",
    standardConformingStrings: true,
    rowSecurity: false,
    startedAt: "2026-11-22T15:02:16.000Z",
    options: {},
    ...facts,
  };
}

export function scriptOf(facts: Partial<ScriptOptions> = {}): ScriptOptions {
  return {
    clean: false,
    ifExists: false,
    create: false,
    noOwner: false,
    useSetSessionAuthorization: false,
    superuser: "",
    disableTriggers: false,
    noTablespaces: false,
    noTableAccessMethod: false,
    verbose: false,
    restrictKey: "KEY",
    dumpedBy: "18.6",
    ...facts,
  };
}

/** Rows as one batch each; every text is whole rows. */
export function rowsOf(...texts: (string | Uint8Array)[]): EntryData {
  const batches = texts.map((text): RowBatch => {
    const bytes = Uint8Array.from(Buffer.from(text as string));
    return { bytes, rows: bytes.reduce((sum, byte) => sum + (byte === 10 ? 1 : 0), 0) };
  });
  return { type: "rows", batches: each(batches) };
}

export function largeObjectsOf(...pieces: LargeObjectPiece[]): EntryData {
  return { type: "large-objects", pieces: each(pieces) };
}

// eslint-disable-next-line @typescript-eslint/require-await
export async function* each<T>(items: Iterable<T>): AsyncGenerator<T> {
  for (const item of items) yield item;
}
