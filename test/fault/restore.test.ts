import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Entry } from "../../src/archive/entry.ts";
import { runPgstow, startPgstow } from "../cli/pgstow.ts";
import { testEntry } from "../support/entry.ts";
import { describeOnServers } from "../support/server.ts";
import { shopData, shopEntries, type TestData, writeArchive } from "./small-archive.ts";

let folder = "";
const inFolder = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pgstow-restore-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** A restore must fail with this error, and leave the target as `everything` sees it. */
await describeOnServers("restore", (server) => {
  let database = "";

  beforeEach(async () => {
    database = await server.createDatabase("restore");
    await server.query(database, "CREATE TABLE public.kept (i integer); INSERT INTO kept VALUES (1), (2)");
  });

  afterEach(async () => {
    await server.dropDatabase(database);
  });

  const restore = (file: string, ...args: string[]) => runPgstow(["restore", "-d", server.url(database), ...args, inFolder(file)]);

  /** All relations, rows of the table that stood there before, large objects. */
  const everything = () =>
    server.query(
      database,
      `SELECT (SELECT string_agg(relname, ',' ORDER BY relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace) AS relations,
              (SELECT count(*)::integer FROM public.kept) AS kept, (SELECT count(*)::integer FROM pg_largeobject_metadata) AS objects`,
    );
  const untouched = [{ relations: "kept", kept: 2, objects: 0 }];

  const backends = () =>
    server.query(database, `SELECT pid, state, query FROM pg_stat_activity WHERE datname = '${database}' AND application_name = 'pgstow'`);

  /** Waits until a backend of the restore runs something that matches. */
  async function waitForBackend(like: string): Promise<number> {
    for (;;) {
      const [row] = await server.query(
        "postgres",
        `SELECT pid FROM pg_stat_activity WHERE datname = '${database}' AND state = 'active' AND query LIKE '${like}'`,
      );
      if (typeof row?.["pid"] === "number") return row["pid"];
      await sleep(20);
    }
  }

  async function waitForNoBackend(): Promise<void> {
    while ((await backends()).length > 0) await sleep(20);
  }

  it("restores everything, and counts it", async () => {
    await writeArchive(inFolder("shop.sql.zst"), shopEntries, shopData, 10);
    const { code, stdout, stderr } = await restore("shop.sql.zst", "-v");
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "", stderr: "pgstow: restored 10 entries, 7 rows, 60 B of data\n" });
    expect(await server.query(database, "SELECT id, amount::text FROM sale ORDER BY id")).toEqual([
      { id: 1, amount: "10.50" },
      { id: 2, amount: "20" },
      { id: 3, amount: "5" },
      { id: 4, amount: null },
    ]);
    expect(await server.query(database, "SELECT convert_from(lo_get(4711), 'UTF8') AS text, nextval('sale_id')::integer AS next")).toEqual([
      { text: "first second", next: 43 },
    ]);
    expect((await everything())[0]).toMatchObject({ kept: 2, objects: 1 });
  });

  it("restores again over itself with --clean --if-exists", async () => {
    await writeArchive(inFolder("shop.sql.zst"), shopEntries, shopData);
    expect((await restore("shop.sql.zst", "--clean", "--if-exists")).stderr).toBe("");
    await server.query(database, "DELETE FROM sale");
    expect((await restore("shop.sql.zst", "--clean")).stderr).toBe("");
    expect(await server.query(database, "SELECT count(*)::integer AS rows FROM sale")).toEqual([{ rows: 4 }]);
  });

  it("names the entry that is there already", async () => {
    await server.query(database, "CREATE VIEW public.sale AS SELECT 1 AS one");
    await writeArchive(inFolder("shop.sql.zst"), shopEntries, shopData);
    const { code, stderr } = await restore("shop.sql.zst");
    expect(code).toBe(1);
    expect(stderr).toContain('pgstow: error: TABLE public.sale: relation "sale" already exists; nothing was changed\n');
    expect(stderr).toContain("pgstow: hint: Restore into an empty database, or drop what is there with --clean --if-exists.\n");
    expect(await everything()).toEqual([{ relations: "kept,sale", kept: 2, objects: 0 }]);
  });

  it("names the entry that the server does not understand, among many that it does", async () => {
    const table = (id: number, create: string) => testEntry(id, { schema: "public", tag: `t${String(id)}`, create });
    const entries = Array.from({ length: 30 }, (_, i) => table(i + 1, `CREATE TABLE public.t${String(i + 1)} (ä text);\n`));
    for (const [wrong, error] of [
      ["CREATE TABLE public.t17 (i integer) WITH NEW SYNTAX;\n", 'syntax error at or near "NEW"'],
      ["CREATE TABLE public.t17 (i no_such_type);\n", 'type "no_such_type" does not exist'],
      ["CREATE TABLE public.t16 (i integer);\n", 'relation "t16" already exists'],
      ["DO 'BEGIN RAISE EXCEPTION ''trouble''; END';\n", "trouble"],
    ] as const) {
      const at = entries.map((entry) => (entry.dumpId === 17 ? table(17, wrong) : entry));
      await writeArchive(inFolder("wrong.sql.zst"), at, {});
      const { code, stderr } = await restore("wrong.sql.zst");
      expect(code).toBe(1);
      expect(stderr).toContain(`pgstow: error: TABLE public.t17: ${error}; nothing was changed\n`);
      expect(stderr).toContain(`pgstow: statement: ${wrong}`);
      expect(stderr).not.toContain("(ä text)");
      expect(await everything()).toEqual(untouched);
    }
  });

  it("rolls everything back for a row that does not fit, and names table and row", async () => {
    const rows = ["1\t1\t10\n2\t1\t20\n", "3\t2\t5\n4\t3\tmany\n"];
    await writeArchive(inFolder("row.sql.zst"), shopEntries, { ...shopData, 12: rows }, 10);
    const { code, stderr } = await restore("row.sql.zst");
    expect(code).toBe(1);
    expect(stderr).toContain('error: TABLE DATA public.sale row 4: invalid input syntax for type numeric: "many"; nothing was changed\n');
    expect(stderr).toContain('context: COPY sale, line 4, column amount: "many"\n');
    expect(stderr).not.toContain("    at ");
    expect(await everything()).toEqual(untouched);
  });

  it("rolls everything back for a constraint that the rows break, the last entry of all", async () => {
    await writeArchive(inFolder("key.sql.zst"), shopEntries, { ...shopData, 12: ["1\t1\t10\n2\t9\t20\n"] });
    const { code, stderr } = await restore("key.sql.zst");
    expect(code).toBe(1);
    expect(stderr).toMatch(/^pgstow: error: FK CONSTRAINT public\.sale sale_customer_fkey: .*"sale_customer_fkey"; nothing was changed\n/);
    expect(stderr).toContain('detail: Key (customer)=(9) is not present in table "customer".\n');
    expect(await everything()).toEqual(untouched);
  });

  it("rolls everything back when the server takes fewer rows than the archive holds", async () => {
    await server.query(
      database,
      `CREATE TABLE public.customer (id integer PRIMARY KEY, name text NOT NULL);
       CREATE FUNCTION public.no_bob() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN CASE WHEN new.name = ''bob'' THEN NULL ELSE new END; END';
       CREATE TRIGGER no_bob BEFORE INSERT ON public.customer FOR EACH ROW EXECUTE FUNCTION public.no_bob()`,
    );
    await writeArchive(inFolder("shop.sql.zst"), shopEntries, shopData);
    const { code, stderr } = await restore("shop.sql.zst", "-a", "-t", "customer");
    expect(code).toBe(1);
    expect(stderr).toContain("error: TABLE DATA public.customer: the server took 2 rows of 3; nothing was changed\n");
    expect(stderr).toContain("--disable-triggers");
    expect(await server.query(database, "SELECT count(*)::integer AS rows FROM customer")).toEqual([{ rows: 0 }]);

    expect((await restore("shop.sql.zst", "-a", "-t", "customer", "--disable-triggers")).stderr).toBe("");
    expect(await server.query(database, "SELECT count(*)::integer AS rows FROM customer")).toEqual([{ rows: 3 }]);
  });

  it.each<[string, (file: string) => Promise<void>, RegExp]>([
    [
      "truncated",
      async (file) => truncate(file, 1500),
      /error: ".*broken\.sql\.zst" is unfinished: it stops within frame \d+, at byte 1500/,
    ],
    ["bit-flipped", async (file) => flipByte(file, 1500), /error: .*damaged/],
    ["foreign", async (file) => writeFile(file, "SQLite format 3\0 and so on"), /error: .*is not a pgstow archive/],
  ])("touches nothing for a %s archive", async (_, spoil, error) => {
    await writeArchive(inFolder("broken.sql.zst"), shopEntries, shopData, 10);
    await spoil(inFolder("broken.sql.zst"));
    const { code, stderr } = await restore("broken.sql.zst", "--clean", "--if-exists");
    expect(code).toBe(1);
    expect(stderr).toMatch(error);
    // Nor is there a connection: damage is found first, even when nobody would answer.
    const nowhere = await runPgstow(["restore", "-d", "postgres://127.0.0.1:1/nowhere", inFolder("broken.sql.zst")]);
    expect(nowhere.stderr).toMatch(error);
    expect(await everything()).toEqual(untouched);
  });

  describe("that is interrupted", () => {
    const slow: Entry[] = [
      ...shopEntries,
      testEntry(31, { kind: "INDEX", schema: "public", tag: "slow", section: "post-data", create: "SELECT pg_catalog.pg_sleep(600);\n" }),
    ];

    beforeEach(async () => {
      await writeArchive(inFolder("slow.sql.zst"), slow, shopData);
    });

    it.each<[NodeJS.Signals, number]>([
      ["SIGINT", 130],
      ["SIGTERM", 143],
    ])("by %s cancels the statement and rolls back", async (signal, exitCode) => {
      const running = startPgstow(["restore", "-d", server.url(database), inFolder("slow.sql.zst")]);
      await waitForBackend("SELECT pg_catalog.pg_sleep%");
      running.child.kill(signal);
      const { code, stderr } = await running.result;
      expect(code).toBe(exitCode);
      expect(stderr).toBe(`pgstow: error: interrupted by ${signal}\n`);
      await waitForNoBackend();
      expect(await everything()).toEqual(untouched);
    });

    it("by an administrator says that the session has ended and nothing was changed", async () => {
      const running = startPgstow(["restore", "-d", server.url(database), inFolder("slow.sql.zst")]);
      const pid = await waitForBackend("SELECT pg_catalog.pg_sleep%");
      await server.query("postgres", `SELECT pg_terminate_backend(${String(pid)})`);
      const { code, stderr } = await running.result;
      expect(code).toBe(1);
      expect(stderr).toContain(
        "error: INDEX public.slow: the server ended the session: terminating connection due to administrator command; nothing was changed\n",
      );
      expect(await everything()).toEqual(untouched);
    });

    it("in the middle of a table's rows leaves none of them", async () => {
      const lock: Entry[] = [
        testEntry(1, { schema: "public", tag: "big", create: "CREATE TABLE public.big (i integer, t text);\n" }),
        testEntry(2, {
          kind: "TRIGGER",
          schema: "public",
          tag: "big slow",
          create: `CREATE FUNCTION public.slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF new.i = 1500 THEN PERFORM pg_catalog.pg_sleep(600); END IF; RETURN new; END';
                   CREATE TRIGGER slow BEFORE INSERT ON public.big FOR EACH ROW EXECUTE FUNCTION public.slow();\n`,
        }),
        testEntry(3, {
          kind: "TABLE DATA",
          schema: "public",
          tag: "big",
          section: "data",
          data: "rows",
          create: "",
          copy: "COPY public.big (i, t) FROM stdin;\n",
        }),
      ];
      const batch = (from: number) => Array.from({ length: 1000 }, (_, i) => `${String(from + i)}\t${"x".repeat(2000)}\n`).join("");
      const data: TestData = { 3: Array.from({ length: 40 }, (_, i) => batch(i * 1000)) };
      await writeArchive(inFolder("big.sql.zst"), lock, data);
      const running = startPgstow(["restore", "-d", server.url(database), "--progress=json", inFolder("big.sql.zst")]);
      await waitForBackend("COPY public.big%");
      await running.said(/"phase":"restore".*TABLE DATA public\.big/);
      running.child.kill("SIGINT");
      expect((await running.result).code).toBe(130);
      await waitForNoBackend();
      expect(await everything()).toEqual(untouched);
    });
  });
});

async function flipByte(file: string, offset: number): Promise<void> {
  const bytes = await readFile(file);
  bytes.writeUInt8(bytes.readUInt8(offset) ^ 1, offset);
  await writeFile(file, bytes);
}
