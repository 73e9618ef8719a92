import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from "vitest";
import type { Entry } from "../../src/archive/entry.ts";
import type { RestoreFailure } from "../../src/restore/behaviour.ts";
import { type RestoreOptions, runRestore } from "../../src/restore/restore.ts";
import { testEntry } from "../support/entry.ts";
import { describeOnServers } from "../support/server.ts";
import { type TestData, writeArchive } from "./small-archive.ts";

const ROWS = 300;
const CHUNK_ROWS = 10;

/** One dominant table with a key and an index that its rows must be there for, and a small one. */
const entries: readonly Entry[] = [
  testEntry(1, { schema: "public", tag: "big", create: "CREATE TABLE public.big (id integer NOT NULL, note text);\n" }),
  testEntry(2, { schema: "public", tag: "small", create: "CREATE TABLE public.small (id integer);\n" }),
  rows(11, 1, "big", "COPY public.big (id, note) FROM stdin;\n"),
  rows(12, 2, "small", "COPY public.small (id) FROM stdin;\n"),
  testEntry(21, {
    kind: "CONSTRAINT",
    schema: "public",
    tag: "big big_pkey",
    section: "post-data",
    create: "ALTER TABLE ONLY public.big\n    ADD CONSTRAINT big_pkey PRIMARY KEY (id);\n",
    dependencies: [1],
  }),
];

function rows(dumpId: number, table: number, tag: string, copy: string): Entry {
  return testEntry(dumpId, {
    kind: "TABLE DATA",
    schema: "public",
    tag,
    section: "data",
    data: "rows",
    create: "",
    copy,
    dependencies: [table],
  });
}

/** Rows of the big table, `bad` of which is no row for it; every chunk of the archive is a batch. */
function data(bad?: number): TestData {
  const lines = Array.from({ length: ROWS }, (_, at) => (at + 1 === bad ? "many\tx\n" : `${String(at + 1)}\t${"x".repeat(90)}\n`));
  const batches = Array.from({ length: ROWS / CHUNK_ROWS }, (_, at) => lines.slice(at * CHUNK_ROWS, (at + 1) * CHUNK_ROWS).join(""));
  return { 11: batches, 12: ["1\n2\n"] };
}

await describeOnServers("a table whose chunks go over several connections", (server) => {
  let folder = "";
  let database = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pgstow-split-"));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  beforeEach(async () => {
    database = await server.createDatabase("split");
  });

  afterEach(async () => {
    await server.dropDatabase(database);
  });

  async function restore(jobs: number, given: TestData, options: Partial<RestoreOptions> = {}) {
    const archive = join(folder, "split.sql.zst");
    await writeArchive(archive, entries, given, 1);
    const transaction = { transaction: "none", splitTablesLargerThan: 1 } as const;
    return runRestore({ archive, connection: { dbname: server.url(database) }, jobs, ...transaction, ...options });
  }

  const big = async () => {
    const [row] = await server.query(
      database,
      `SELECT count(*)::integer AS rows, count(DISTINCT id)::integer AS ids, count(DISTINCT xmin::text)::integer AS transactions FROM big`,
    );
    return row;
  };

  it.each([2, 4])("has each of its rows once, sent by %i of them", async (jobs) => {
    expect(await restore(jobs, data())).toMatchObject({ rows: ROWS + 2, errors: 0 });
    expect(await big()).toEqual({ rows: ROWS, ids: ROWS, transactions: jobs });
    expect(await server.query(database, "SELECT conname FROM pg_constraint WHERE conname = 'big_pkey'")).toHaveLength(1);
    // Each session sends a run of rows that follow each other.
    const gaps = "SELECT max(id) - min(id) + 1 - count(*) AS gaps FROM big GROUP BY xmin::text";
    for (const run of await server.query(database, gaps)) expect(run).toEqual({ gaps: "0" });
  });

  it("is sent by one of them when it is not large", async () => {
    await restore(2, data(), { splitTablesLargerThan: 1 << 20 });
    expect(await big()).toEqual({ rows: ROWS, ids: ROWS, transactions: 1 });
  });

  it("tells which row of the table was refused, whatever part it was in, and leaves no rows", async () => {
    for (const bad of [5, 295]) {
      await expect(restore(2, data(bad))).rejects.toMatchObject({
        message: expect.stringContaining(`TABLE DATA public.big row ${String(bad)}: invalid input syntax`) as string,
        context: { table: "public.big", row: bad },
      });
      expect(await big()).toMatchObject({ rows: 0 });
      await server.query(database, "DROP TABLE big, small");
    }
  });

  it("is left empty when errors are passed over, as if one session had sent it", async () => {
    const failures: RestoreFailure[] = [];
    const passing = { onError: "continue", onFailure: (failure: RestoreFailure) => failures.push(failure) } as const;
    expect(await restore(3, data(150), passing)).toMatchObject({ errors: 1 });
    expect(failures.map(({ entry }) => entry?.tag)).toEqual(["big"]);
    expect(await big()).toMatchObject({ rows: 0 });
    expect(await server.query(database, "SELECT count(*)::integer AS rows FROM small")).toEqual([{ rows: 2 }]);
    expect(await server.query(database, "SELECT conname FROM pg_constraint WHERE conname = 'big_pkey'")).toHaveLength(1);
  });

  describe("that was there before", () => {
    it("is sent by one session, and keeps what it had when a row is refused", async () => {
      await server.query(database, "CREATE TABLE big (id integer NOT NULL, note text); INSERT INTO big VALUES (1000)");
      await restore(2, data(295), { onError: "continue" });
      expect(await big()).toMatchObject({ rows: 1 });
    });
  });
});
