import type { ArchiveMetadata, ScriptOptions } from "../../src/archive/archive.ts";
import type { Entry } from "../../src/archive/entry.ts";
import { openStowWriter } from "../../src/archive/stow/writer.ts";
import { createLocalFile } from "../../src/store/local-file.ts";
import { testEntry } from "../support/entry.ts";

const metadata: ArchiveMetadata = {
  database: "shop",
  serverVersion: "13.0",
  serverVersionNum: 130000,
  toolVersion: "0.1.0",
  encoding: "UTF8",
  standardConformingStrings: true,
  rowSecurity: false,
  startedAt: "2026-01-01T00:00:00.000Z",
  options: {},
};

const script: ScriptOptions = {
  clean: false,
  ifExists: false,
  create: false,
  noOwner: true,
  useSetSessionAuthorization: false,
  superuser: "",
  disableTriggers: false,
  noTablespaces: true,
  noTableAccessMethod: true,
  verbose: false,
  restrictKey: null,
  dumpedBy: "13.0",
};

/** Rows in COPY text format by dumpId, cut into batches; a large object's bytes for entries of that kind. */
export type TestData = Readonly<Record<number, readonly string[]>>;

/** Writes a stow archive of these entries, with chunks of about `chunkBytesMax` raw bytes. */
export async function writeArchive(path: string, entries: readonly Entry[], data: TestData, chunkBytesMax = 1 << 20): Promise<void> {
  const sink = await createLocalFile(path, { force: true, sync: false });
  const writer = await openStowWriter({ metadata, entries, script, sink, chunkBytesMax, workers: 1 });
  for (const entry of entries) {
    const texts = data[entry.dumpId] ?? [];
    if (entry.data === "rows") await writer.data(entry, { type: "rows", batches: batchesOf(texts) });
    if (entry.data === "large-objects") await writer.data(entry, { type: "large-objects", pieces: piecesOf(Number(entry.tag), texts) });
  }
  await writer.finish();
}

async function* batchesOf(texts: readonly string[]) {
  for (const text of texts) {
    await Promise.resolve();
    yield { bytes: Buffer.from(text), rows: text.split("\n").length - 1 };
  }
}

async function* piecesOf(oid: number, texts: readonly string[]) {
  for (const [index, text] of texts.entries()) {
    await Promise.resolve();
    yield { oid, bytes: Buffer.from(text), first: index === 0, last: index === texts.length - 1 };
  }
}

/** Two tables, a large object, a sequence value, an index, a foreign key that all rows keep: 1 to 6 are definitions, 11 to 14 data. */
export const shopEntries: readonly Entry[] = [
  testEntry(1, {
    schema: "public",
    tag: "customer",
    create: "CREATE TABLE public.customer (id integer PRIMARY KEY, name text NOT NULL);\n",
    drop: "DROP TABLE public.customer;\n",
  }),
  testEntry(2, {
    schema: "public",
    tag: "sale",
    create: "CREATE TABLE public.sale (id integer, customer integer, amount numeric);\n",
    drop: "DROP TABLE public.sale;\n",
  }),
  testEntry(3, {
    kind: "SEQUENCE",
    schema: "public",
    tag: "sale_id",
    create: "CREATE SEQUENCE public.sale_id;\n",
    drop: "DROP SEQUENCE public.sale_id;\n",
  }),
  testEntry(4, {
    kind: "BLOB",
    tag: "4711",
    create: "SELECT pg_catalog.lo_create('4711');\n",
    drop: "SELECT pg_catalog.lo_unlink('4711');\n",
  }),
  rowsEntry(11, "customer", "id, name"),
  rowsEntry(12, "sale", "id, customer, amount"),
  testEntry(13, {
    kind: "SEQUENCE SET",
    schema: "public",
    tag: "sale_id",
    section: "data",
    create: "SELECT pg_catalog.setval('public.sale_id', 42, true);\n",
  }),
  testEntry(14, { kind: "BLOBS", tag: "4711", section: "data", data: "large-objects", create: "" }),
  testEntry(21, {
    kind: "INDEX",
    schema: "public",
    tag: "sale_key",
    section: "post-data",
    create: "CREATE UNIQUE INDEX sale_key ON public.sale (id);\n",
    drop: "DROP INDEX public.sale_key;\n",
  }),
  testEntry(22, {
    kind: "FK CONSTRAINT",
    schema: "public",
    tag: "sale sale_customer_fkey",
    section: "post-data",
    create: "ALTER TABLE ONLY public.sale\n    ADD CONSTRAINT sale_customer_fkey FOREIGN KEY (customer) REFERENCES public.customer(id);\n",
    drop: "ALTER TABLE ONLY public.sale DROP CONSTRAINT sale_customer_fkey;\n",
  }),
];

export const shopData: TestData = {
  11: ["1\tann\n2\tbob\n", "3\tcid\n"],
  12: ["1\t1\t10.50\n2\t1\t20\n", "3\t2\t5\n4\t3\t\\N\n"],
  14: ["first ", "second"],
};

function rowsEntry(dumpId: number, table: string, columns: string): Entry {
  return testEntry(dumpId, {
    kind: "TABLE DATA",
    schema: "public",
    tag: table,
    section: "data",
    data: "rows",
    create: "",
    copy: `COPY public.${table} (${columns}) FROM stdin;\n`,
  });
}
