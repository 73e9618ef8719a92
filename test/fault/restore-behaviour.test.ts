import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Entry } from "../../src/archive/entry.ts";
import type { RestoreFailure } from "../../src/restore/behaviour.ts";
import { type RestoreOptions, runRestore } from "../../src/restore/restore.ts";
import { testEntry } from "../support/entry.ts";
import { hasProgram, pgDump } from "../support/oracle.ts";
import { describeOnServers } from "../support/server.ts";
import { shopData, shopEntries, type TestData, writeArchive } from "./small-archive.ts";

await describeOnServers("a restore that is not one transaction", (server) => {
  let folder = "";
  let database = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pgstow-behaviour-"));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  beforeEach(async () => {
    database = await server.createDatabase("behaviour");
  });

  afterEach(async () => {
    await server.dropDatabase(database);
  });

  const restoreFile = (archive: string, options: Partial<RestoreOptions> = {}) =>
    runRestore({ archive, connection: { dbname: server.url(database) }, ...options });

  async function restore(entries: readonly Entry[], data: TestData, options: Partial<RestoreOptions> = {}) {
    const archive = join(folder, "some.sql.zst");
    await writeArchive(archive, entries, data, 10);
    return restoreFile(archive, options);
  }

  const count = async (table: string) => (await server.query(database, `SELECT count(*)::integer AS rows FROM ${table}`))[0]?.["rows"];
  const relations = async () =>
    (
      await server.query(database, "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1")
    ).map((row) => row["relname"]);

  const badRow: TestData = { ...shopData, 12: ["1\t1\t10\n2\t1\tmany\n"] };

  it("goes on after a bad row in the middle, and leaves out what hangs on it", async () => {
    const failures: RestoreFailure[] = [];
    const options = { transaction: "none", onError: "continue", onFailure: (failure: RestoreFailure) => failures.push(failure) } as const;
    const { errors } = await restore(shopEntries, badRow, options);
    expect(errors).toBe(1);
    expect(failures.map(({ entry, command }) => [entry?.dumpId, command])).toEqual([[12, undefined]]);
    expect([await count("customer"), await count("sale")]).toEqual([3, 0]);
    expect(await server.query(database, "SELECT nextval('sale_id')::integer AS next, length(lo_get(4711)) AS bytes")).toEqual([
      { next: 43, bytes: 12 },
    ]);
  });

  it("keeps what was done before the first error, when it ends there", async () => {
    await expect(restore(shopEntries, badRow, { transaction: "none" })).rejects.toMatchObject({
      message: expect.stringContaining("row 2: invalid input syntax") as string,
      context: { entry: "TABLE DATA public.sale" },
    });
    expect([await count("customer"), await count("sale")]).toEqual([3, 0]);
    expect(await server.query(database, "SELECT nextval('sale_id')::integer AS next")).toEqual([{ next: 1 }]);
  });

  it("commits after so many objects, and takes back only what came after the last commit", async () => {
    const table = (id: number, create: string) => testEntry(id, { schema: "public", tag: `t${String(id)}`, create });
    const tables = [1, 2, 3, 4, 5].map((id) => table(id, `CREATE TABLE public.t${String(id)} (i integer);\n`));
    const entries = [...tables.slice(0, 4), table(5, "CREATE TABLE public.t5 (i no_such_type);\n")];
    await expect(restore(entries, {}, { transaction: 3 })).rejects.toMatchObject({ context: { entry: "TABLE public.t5" } });
    expect(await relations()).toEqual(["t1", "t2", "t3"]);
  });

  it("works over several connections, foreign keys after what they need", async () => {
    const dependent = shopEntries.map((entry) => {
      if (entry.dumpId === 12 || entry.dumpId === 21) return { ...entry, dependencies: [2] };
      if (entry.dumpId === 11) return { ...entry, dependencies: [1] };
      return entry.dumpId === 22 ? { ...entry, dependencies: [1, 2] } : entry;
    });
    const { rows, errors, entries } = await restore(dependent, shopData, {
      transaction: "none",
      jobs: 3,
      analyze: true,
      maintenanceWorkMem: "32MB",
    });
    expect({ rows, errors, entries }).toEqual({ rows: 7, errors: 0, entries: 10 });
    expect([await count("customer"), await count("sale")]).toEqual([3, 4]);
    const made =
      "SELECT conname AS name FROM pg_constraint WHERE contype = 'f' UNION ALL SELECT relname FROM pg_class WHERE relname = 'sale_key'";
    expect(await server.query(database, made)).toEqual([{ name: "sale_customer_fkey" }, { name: "sale_key" }]);
    expect(await server.query(database, "SELECT reltuples::integer AS rows FROM pg_class WHERE relname = 'sale'")).toEqual([{ rows: 4 }]);
  });

  it("does not empty a table that stood there before, over several connections", async () => {
    await server.query(database, "CREATE TABLE public.customer (id integer, name text); INSERT INTO customer VALUES (7, 'kept')");
    const { errors } = await restore(shopEntries, shopData, { transaction: "none", onError: "continue", jobs: 2 });
    expect(errors).toBeGreaterThan(0);
    expect(await count("customer")).toBe(4);
  });

  it("refuses several connections in one transaction", async () => {
    await expect(restore(shopEntries, shopData, { jobs: 2 })).rejects.toMatchObject({ code: "usage" });
  });

  describe("of an archive that lies about its rows", () => {
    const before = testEntry(1, { schema: "public", tag: "a", create: "CREATE TABLE public.a (i integer);\n" });
    const after = testEntry(9, { schema: "public", tag: "z", create: "CREATE TABLE public.z (i integer);\n" });
    const wantsRows = testEntry(2, { schema: "public", tag: "b", create: "COPY public.a FROM stdin;\n" });
    const twoCopies = testEntry(3, {
      kind: "TABLE DATA",
      schema: "public",
      tag: "a",
      section: "data",
      data: "rows",
      create: "",
      copy: "COPY public.a FROM stdin; COPY public.a FROM stdin;\n",
    });

    it.each([
      ["all", "stop"],
      ["none", "continue"],
    ] as const)("ends at a definition that wants rows (transaction: %s, on error: %s)", async (transaction, onError) => {
      await expect(restore([before, wantsRows, after], {}, { transaction, onError })).rejects.toMatchObject({
        message: expect.stringContaining("wants rows that the archive does not have") as string,
      });
      expect(await relations()).toEqual(transaction === "all" ? [] : ["a"]);
    });

    it("ends at a COPY that wants rows twice", async () => {
      await expect(restore([before, twoCopies, after], { 3: ["1\n"] })).rejects.toMatchObject({
        message: expect.stringContaining("wants rows that the archive does not have") as string,
      });
      expect(await relations()).toEqual([]);
    });

    it("takes rows that a definition sends for nothing", async () => {
      const sendsRows = { ...wantsRows, create: "COPY (SELECT 1) TO stdout;\n" };
      await restore([before, sendsRows, after], {});
      expect(await relations()).toEqual(["a", "z"]);
    });
  });
});

const major = 15;
const missing = (await hasProgram("pg_dump", major)) ? "" : ` (skipped: there is no pg_dump ${String(major)} here)`;

await describeOnServers(
  `archives with INSERT commands${missing}`,
  (server) => {
    const table = `CREATE TABLE public.note (id integer, text text);`;
    const rows = String.raw`INSERT INTO note VALUES (1, 'a;b'), (2, E'it''s "quoted;"\n;'), (3, NULL), (4, E'back\\slash''');`;

    it.skipIf(missing !== "").each(["custom", "directory", "tar"])("are restored, in a transaction and without one: %s", async (format) => {
      const folder = await mkdtemp(join(tmpdir(), "pgstow-inserts-"));
      const source = await server.createDatabase("inserts");
      const made = [source];
      try {
        await server.query(source, table + rows);
        const archive = join(folder, "archive");
        await pgDump(major, server.url(source), ["--inserts", "-F", format, "-f", archive]);
        const query = "SELECT id, text FROM note ORDER BY id";
        const expected = await server.query(source, query);
        for (const transaction of ["all", "none"] as const) {
          const target = await server.createDatabase("inserts");
          made.push(target);
          await runRestore({ archive, connection: { dbname: server.url(target) }, transaction, onError: "continue" });
          expect(await server.query(target, query)).toEqual(expected);
        }
        const target = await server.createDatabase("inserts");
        made.push(target);
        await server.query(target, "CREATE TABLE public.note (id integer CHECK (id <> 2), text text)");
        const { errors } = await runRestore({
          archive,
          connection: { dbname: server.url(target) },
          transaction: "none",
          onError: "continue",
        });
        // One for the table that is there already, one for the row.
        expect(errors).toBe(2);
        expect(await server.query(target, query)).toEqual(expected.filter(({ id }) => id !== 2));
      } finally {
        for (const name of made) await server.dropDatabase(name);
        await rm(folder, { recursive: true });
      }
    });
  },
  [major],
);
