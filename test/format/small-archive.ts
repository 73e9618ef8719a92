import type { ArchiveMetadata, EntryData, ScriptOptions, WriterOptions } from "../../src/archive/archive.ts";
import type { Entry } from "../../src/archive/entry.ts";
import { openPlainWriter } from "../../src/archive/plain/writer.ts";
import { openStowWriter } from "../../src/archive/stow/writer.ts";
import type { StowWriterOptions } from "../../src/archive/stow/writer.ts";
import { memorySink } from "../../src/store/memory.ts";
import { entryOf, largeObjectsOf, metadataOf, rowsOf, scriptOf } from "./material.ts";

/** A little of everything: two tables, one without rows, a view, grants, an event trigger before them, awkward names. */
export const smallEntries: readonly Entry[] = [
  entryOf({ dumpId: 1, kind: "SCHEMA", tag: "a b", schema: null, create: 'CREATE SCHEMA "a b";\n', drop: 'DROP SCHEMA "a b";\n' }),
  entryOf({
    dumpId: 2,
    kind: "TABLE",
    tag: "t",
    create: "CREATE TABLE public.t (\n    a integer,\n    b text\n);\n",
    drop: "DROP TABLE public.t;\n",
    tablespace: "",
    tableAccessMethod: "heap",
    relkind: "r",
    dependencies: [1],
    catalogId: { classOid: 1259, oid: 16384 },
  }),
  entryOf({
    dumpId: 3,
    kind: "COMMENT",
    tag: "TABLE t",
    section: "none",
    create: "COMMENT ON TABLE public.t IS 'größe 🐘';\n",
    dependencies: [2],
  }),
  entryOf({
    dumpId: 4,
    kind: "TABLE",
    tag: "nothing",
    create: "CREATE TABLE public.nothing (\n);\n",
    drop: "DROP TABLE public.nothing;\n",
  }),
  entryOf({
    dumpId: 5,
    kind: "EVENT TRIGGER",
    tag: "ev",
    schema: null,
    create: "CREATE EVENT TRIGGER ev;\n",
    drop: "DROP EVENT TRIGGER ev;\n",
  }),
  entryOf({ dumpId: 6, kind: "TABLE DATA", section: "data", copy: "COPY public.t (a, b) FROM stdin;\n", data: "rows", dependencies: [2] }),
  entryOf({ dumpId: 7, kind: "TABLE DATA", tag: "nothing", section: "data", copy: "COPY public.nothing  FROM stdin;\n", data: "rows" }),
  entryOf({ dumpId: 8, kind: "ACL", tag: "TABLE t", section: "none", create: "GRANT ALL ON TABLE public.t TO bob;\n" }),
  entryOf({
    dumpId: 9,
    kind: "INDEX",
    tag: "i",
    section: "post-data",
    create: "CREATE INDEX i ON public.t (a);\n",
    drop: "DROP INDEX public.i;\n",
    tablespace: "fast",
  }),
];

export const smallRows = "1\tone\n2\t\\N\n3\tgröße 🐘\n4\t\\\\.\n";

export const largeObjectEntries: readonly Entry[] = [
  entryOf({
    dumpId: 20,
    kind: "BLOB METADATA",
    tag: "5001..5002",
    schema: null,
    section: "data",
    create: "SELECT pg_catalog.lo_create('5001');\nSELECT pg_catalog.lo_create('5002');",
    drop: "SELECT pg_catalog.lo_unlink('5001');\nSELECT pg_catalog.lo_unlink('5002');\n",
  }),
  entryOf({ dumpId: 21, kind: "BLOBS", tag: "5001..5002", schema: null, section: "data", data: "large-objects", dependencies: [20] }),
];

export type DataOf = (entry: Entry) => EntryData;

export const smallData: DataOf = (entry) => (entry.tag === "t" ? rowsOf(smallRows) : rowsOf());

export interface Content {
  readonly entries: readonly Entry[];
  readonly data: DataOf;
  readonly script?: Partial<ScriptOptions>;
  readonly metadata?: Partial<ArchiveMetadata>;
}

export const smallContent: Content = { entries: smallEntries, data: smallData };

/** Large objects of 40,000 bytes and of none. */
export const largeObjectContent: Content = {
  entries: [...smallEntries, ...largeObjectEntries],
  data: (entry) => {
    if (entry.data === "rows") return smallData(entry);
    const bytes = Uint8Array.from({ length: 40000 }, (_, at) => (at * 7) & 255);
    return largeObjectsOf(
      { oid: 5001, bytes: bytes.subarray(0, 30000), first: true, last: false },
      { oid: 5001, bytes: bytes.subarray(30000), first: false, last: true },
      { oid: 5002, bytes: new Uint8Array(0), first: true, last: true },
    );
  },
};

export async function stowBytes(content: Content, options: Partial<StowWriterOptions> = {}): Promise<Uint8Array> {
  return written(content, (common) => openStowWriter({ workers: 1, ...common, ...options }));
}

export async function plainText(content: Content): Promise<string> {
  return Buffer.from(await written(content, openPlainWriter)).toString("utf8");
}

async function written(content: Content, open: (options: WriterOptions) => ReturnType<typeof openPlainWriter>): Promise<Uint8Array> {
  const sink = memorySink();
  const { entries } = content;
  const writer = await open({ metadata: metadataOf(content.metadata), script: scriptOf(content.script), entries, sink });
  for (const entry of entries) {
    if (entry.data !== "none") await writer.data(entry, content.data(entry));
  }
  await writer.finish();
  return sink.bytes ?? new Uint8Array(0);
}
