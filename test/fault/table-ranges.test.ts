import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readEnd } from "../../src/archive/stow/end.ts";
import { openLocalFile } from "../../src/store/local-file.ts";
import { runPgstow, startPgstow } from "../cli/pgstow.ts";
import { hasProgram, pgDump, pgRestore } from "../support/oracle.ts";
import { runPsql } from "../support/programs.ts";
import { describeOnServers } from "../support/server.ts";

const ACCOUNTS = 30_000;
const noPgRestore = (await hasProgram("pg_restore", 15)) ? "" : " (skipped: there is no pg_restore 15 here)";
const missing = ["zstd", "psql"].filter((program) => spawnSync(program, ["--version"]).status !== 0);
const noZstd = missing.length === 0 ? "" : ` (skipped: there is no ${missing.join(", ")} here)`;

/** Tables of every sort; where rows were deleted and updated, their order is not that of their keys. */
const TABLES = `
  CREATE TABLE accounts (id integer PRIMARY KEY, dropped integer, balance bigint, twice bigint GENERATED ALWAYS AS (balance * 2) STORED,
    filler text);
  INSERT INTO accounts (id, balance, filler) SELECT i, 1000, repeat('x', 50) FROM generate_series(1, ${String(ACCOUNTS)}) AS i;
  ALTER TABLE accounts DROP COLUMN dropped;
  UPDATE accounts SET filler = 'updated' WHERE id % 7 = 0;
  CREATE SEQUENCE numbers START ${String(ACCOUNTS + 1)};
  CREATE TABLE "Out of line" (i integer, "text" text);
  ALTER TABLE "Out of line" ALTER "text" SET STORAGE EXTERNAL;
  INSERT INTO "Out of line" SELECT i, repeat(md5(i::text), 300) FROM generate_series(1, 500) AS i;
  CREATE TABLE columnless ();
  INSERT INTO columnless SELECT FROM generate_series(1, 2000);
  CREATE TABLE nothing (a integer);
  CREATE TABLE one_page (a integer);
  INSERT INTO one_page VALUES (2), (1);
  CREATE TABLE heir (c integer) INHERITS (one_page);
  INSERT INTO heir SELECT -i, i FROM generate_series(1, 3000) AS i;
  CREATE TABLE parts (a integer, b text) PARTITION BY HASH (a);
  CREATE TABLE part_0 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 0);
  CREATE TABLE part_1 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 1);
  INSERT INTO parts SELECT i, md5(i::text) FROM generate_series(1, 4000) AS i;
  CREATE UNLOGGED TABLE unlogged AS SELECT i FROM generate_series(1, 3000) AS i;
  CREATE MATERIALIZED VIEW seen AS SELECT * FROM parts WHERE a % 2 = 0`;

const SPLIT = ["-j3", "--split-tables-larger-than=8kB"];

await describeOnServers("a dump that reads tables in ranges", (server) => {
  const hasRanges = server.major >= 14;
  let folder = "";
  let source = "";
  let target = "";
  const role = `pgstow_split_${String(process.pid)}`;

  beforeAll(async () => {
    await server.query("postgres", `CREATE ROLE ${role} LOGIN`);
  });

  afterAll(async () => {
    await server.query("postgres", `DROP ROLE IF EXISTS ${role}`);
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "pgstow-split-"));
    source = await server.createDatabase("split");
    target = await server.createDatabase("split_target");
    await server.query(source, TABLES);
  });

  afterEach(async () => {
    await server.query(source, `DROP OWNED BY ${role}`);
    for (const database of [source, target]) await server.dropDatabase(database);
    await rm(folder, { recursive: true });
  });

  const inFolder = (name: string) => join(folder, name);
  const url = (database: string, user?: string) => {
    const address = new URL(server.url(database));
    if (user !== undefined) address.username = user;
    return address.href;
  };

  /** Waits until the query gives so many rows. */
  async function until(query: string, count = 1): Promise<void> {
    while ((await server.query("postgres", query)).length < count) await sleep(20);
  }

  async function ok(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await runPgstow(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return stdout;
  }

  /** How many ranges the archive has of each table that has several. */
  async function rangesIn(file: string): Promise<Record<string, number>> {
    const access = await openLocalFile(file);
    try {
      const index = (await readEnd(access))?.index;
      const found: Record<string, number> = {};
      for (const entry of index?.entries ?? []) {
        const ranges = new Set([...(index?.frames ?? [])].filter((frame) => frame.entry === entry.dumpId).map((frame) => frame.range));
        if (ranges.size > 1) found[entry.tag] = ranges.size;
      }
      return found;
    } finally {
      await access.close();
    }
  }

  const TABLE_NAMES = ["accounts", '"Out of line"', "columnless", "nothing", "one_page", "heir", "part_0", "part_1", "unlogged"];

  /** The rows of every table as they lie in it. */
  async function rowsAsTheyLie(query: (sql: string) => Promise<Record<string, unknown>[]>): Promise<unknown> {
    const tables = TABLE_NAMES.map(
      (name) =>
        `(SELECT count(*)::text || ' ' || coalesce(md5(string_agg(t::text, '|' ORDER BY ctid)), '') FROM ONLY ${name} AS t) AS ${name}`,
    );
    return (await query(`SELECT ${tables.join(", ")}`))[0];
  }

  const lying = (database: string) => rowsAsTheyLie((sql) => server.query(database, sql));

  it("is restored with all rows in the order of the tables, as COPY and as INSERT", async () => {
    // 13 does not take DEFAULT, which generated columns have, in a statement of several rows.
    const inserts = server.major >= 14 ? ["--rows-per-insert=30"] : ["-T", "accounts", "--inserts"];
    for (const form of [[], [...inserts, "--load-via-partition-root"]]) {
      await ok("dump", ...SPLIT, ...form, "--force", "-f", inFolder("x.sql.zst"), url(source));
      const ranges = await rangesIn(inFolder("x.sql.zst"));
      const split = ["Out of line", "accounts", "columnless", "heir", "part_0", "part_1", "unlogged"];
      expect(Object.keys(ranges).sort()).toEqual(hasRanges ? split : []);
      if (hasRanges) expect(ranges["accounts"]).toBeGreaterThan(50);
      expect(await ok("verify", inFolder("x.sql.zst"))).toContain("ok");
      await ok("restore", "--clean", "--if-exists", "-d", url(target), inFolder("x.sql.zst"));
      expect(await lying(target)).toEqual(await lying(source));
    }
  });

  it.skipIf(server.major < 15)(
    "reads only the pages of a range, whatever the planner has been told (needs a server from 15 on)",
    async () => {
      await server.query("postgres", `ALTER DATABASE "${source}" SET enable_tidscan = off`);
      await ok("dump", ...SPLIT, "-t", "accounts", "-f", inFolder("x.sql.zst"), url(source));
      const others = `SELECT FROM pg_stat_activity WHERE datname = '${source}' AND pid <> pg_backend_pid()`;
      // Sessions have counted their scans when they are gone.
      await until(`SELECT 1 WHERE NOT EXISTS (${others})`);
      const [scans] = await server.query(source, "SELECT seq_scan::int AS whole FROM pg_stat_user_tables WHERE relname = 'accounts'");
      expect((await rangesIn(inFolder("x.sql.zst")))["accounts"]).toBeGreaterThan(50);
      expect(scans?.["whole"]).toBeLessThan(10);
    },
  );

  it.skipIf(noZstd !== "")(`is a script for psql${noZstd}`, async () => {
    await ok("dump", ...SPLIT, "-f", inFolder("x.sql.zst"), url(source));
    const script = spawnSync("zstd", ["-dc", inFolder("x.sql.zst")], { maxBuffer: 1 << 28 }).stdout.toString();
    await runPsql(url(target), script);
    const dump = async (database: string) =>
      server.major <= 15 && noPgRestore === "" ? pgDump(15, url(database)) : ok("dump", url(database), "--restrict-key=k");
    const sorted = (text: string) =>
      text
        .split("\n")
        .filter((line) => !/^\\(un)?restrict /.test(line))
        .sort();
    expect(sorted(await dump(target))).toEqual(sorted(await dump(source)));
  });

  it.skipIf(noPgRestore !== "" || server.major > 15)(`is converted with all rows in the order of the tables${noPgRestore}`, async () => {
    await ok("dump", ...SPLIT, "-f", inFolder("x.sql.zst"), url(source));
    for (const format of ["custom", "directory"]) {
      await ok("convert", "-F", format, "-f", inFolder(format), inFolder("x.sql.zst"));
      await pgRestore(15, ["--clean", "--if-exists", "-d", url(target), inFolder(format)]);
      expect(await lying(target)).toEqual(await lying(source));
    }
    const whole = (text: string) => text.replaceAll(/^(-- (Started|Completed) on|\\(un)?restrict) .*\n/gm, "");
    expect(whole(await ok("convert", "-F", "plain", inFolder("x.sql.zst"), "-"))).toBe(whole(await ok("dump", url(source))));
  });

  describe("while others move money, open and close accounts", () => {
    /** What happens until `work` is over, on several connections: all of it leaves the sum and the number of accounts as they are. */
    async function underLoad(work: () => Promise<void>): Promise<void> {
      let over = false;
      let moves = 0;
      const begun: Promise<void>[] = [];
      const move = async (client: pg.Client, at: number): Promise<void> => {
        const [from = 0, to = 0, closed = 0] = [at * 7919, at * 104_729 + 1, at * 15_485_863].map((some) => (some % ACCOUNTS) + 1);
        await client.query("BEGIN");
        const moved = await client.query(
          "UPDATE accounts SET balance = balance + CASE id WHEN $1 THEN -7 ELSE 7 END WHERE id IN ($1, $2)",
          [from, to],
        );
        // What is closed opens again under a new number, at the table's end or where there is room.
        await client.query(
          `WITH closed AS (DELETE FROM accounts WHERE id = $1 RETURNING balance)
           INSERT INTO accounts (id, balance, filler) SELECT nextval('numbers'), balance, 'moved' FROM closed`,
          [closed],
        );
        await client.query(moved.rowCount === 2 ? "COMMIT" : "ROLLBACK");
        moves++;
      };
      const movers = Array.from({ length: 3 }, async (_, mover) => {
        const client = new pg.Client({ connectionString: url(source) });
        await client.connect();
        let first: () => void = () => undefined;
        begun.push(new Promise((resolve) => (first = resolve)));
        try {
          for (let at = mover + 1; !over; at += 3) {
            await move(client, at).catch(async (error: unknown) => {
              // Two that want the same accounts in turns: the server ends one of them.
              if ((error as { code?: string }).code !== "40P01") throw error;
              await client.query("ROLLBACK");
            });
            first();
          }
        } finally {
          first();
          await client.end();
        }
      });
      const moving = Promise.all(movers);
      try {
        while (moves < 10) await Promise.race([sleep(10), moving]);
        const before = moves;
        await work();
        expect(moves - before).toBeGreaterThan(10);
      } finally {
        over = true;
        await moving;
      }
    }

    const totals = "SELECT sum(balance)::text AS sum, count(*)::int AS accounts, count(DISTINCT id)::int AS different FROM accounts";
    const unmoved = [{ sum: String(ACCOUNTS * 1000), accounts: ACCOUNTS, different: ACCOUNTS }];

    it("it has each account once, and the same money in all", async () => {
      await underLoad(async () => {
        await ok("dump", ...SPLIT, "-f", inFolder("x.sql.zst"), url(source));
      });
      await ok("restore", "-d", url(target), inFolder("x.sql.zst"));
      expect(await server.query(target, totals)).toEqual(unmoved);
    });

    it("it has what its snapshot has, row for row in the order of the table", async () => {
      const holder = new pg.Client({ connectionString: url(source) });
      await holder.connect();
      try {
        let held: unknown;
        await underLoad(async () => {
          await holder.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
          const { rows } = await holder.query<{ snapshot: string }>("SELECT pg_export_snapshot() AS snapshot");
          await ok("dump", ...SPLIT, `--snapshot=${rows[0]?.snapshot ?? ""}`, "-f", inFolder("x.sql.zst"), url(source));
          held = await rowsAsTheyLie(async (sql) => (await holder.query<Record<string, unknown>>(sql)).rows);
        });
        await ok("restore", "-d", url(target), inFolder("x.sql.zst"));
        expect(await lying(target)).toEqual(held);
        expect(await lying(source)).not.toEqual(held);
        expect(await server.query(target, totals)).toEqual(unmoved);
      } finally {
        await holder.end();
      }
    });
  });

  describe.skipIf(!hasRanges)("when a range is not to be had", () => {
    /** Rows of `slow`, which the role may read, come as long as nobody ends it; it has many pages. */
    const slow = (condition: string) =>
      server.query(
        source,
        `CREATE TABLE slow (i integer, t text); INSERT INTO slow SELECT i, md5(i::text) FROM generate_series(1, 2000) AS i;
         GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role};
         ALTER TABLE slow ENABLE ROW LEVEL SECURITY; CREATE POLICY slowly ON slow USING (${condition})`,
      );
    const copies = `SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'COPY %slow%ctid%' AND datname = `;
    const nobody = () => `SELECT 1 WHERE NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = '${source}' AND usename = '${role}')`;

    it("because a session is killed in the middle of it, the table is named, and nothing is left", async () => {
      await slow("pg_catalog.pg_sleep(600) IS NOT NULL");
      const running = startPgstow([
        "dump",
        ...SPLIT,
        "-t",
        "slow",
        "--enable-row-security",
        "-f",
        inFolder("x.sql.zst"),
        url(source, role),
      ]);
      // All three are at it: any of them may be the one.
      await until(`${copies} '${source}'`, 3);
      await server.query(
        "postgres",
        `SELECT pg_terminate_backend(pid) FROM (${copies} '${source}' ORDER BY backend_start DESC LIMIT 1) AS p`,
      );
      const { code, stderr } = await running.result;
      expect(code).toBe(1);
      expect(stderr).toMatch(/TABLE DATA public\.slow: /);
      expect(await readdir(folder)).toEqual([]);
      await until(nobody());
    });

    it("because row security hides rows, it is named, and nothing is left", async () => {
      await slow("i > 1");
      const { code, stderr } = await runPgstow(["dump", ...SPLIT, "-t", "slow", "-f", inFolder("x.sql.zst"), url(source, role)]);
      expect(code).toBe(1);
      expect(stderr).toMatch(/TABLE DATA public\.slow: .*row-level security policy/);
      expect(await readdir(folder)).toEqual([]);
      await until(nobody());
    });

    it("on further sessions because somebody waits for the table's lock, the first one reads them all", async () => {
      // The dump stands at `gate`, which it can lock but not yet read, until somebody waits for `accounts`.
      await server.query(source, "CREATE TABLE gate (i integer)");
      const [holder, waiting] = await Promise.all(
        Array.from({ length: 2 }, async () => {
          const client = new pg.Client({ connectionString: url(source) });
          await client.connect();
          return client;
        }),
      );
      const before = await lying(source);
      try {
        await holder?.query("BEGIN; LOCK TABLE gate IN ACCESS EXCLUSIVE MODE");
        const running = startPgstow(["dump", ...SPLIT, "-f", inFolder("x.sql.zst"), url(source)]);
        const locks = (state: string) =>
          `SELECT 1 FROM pg_locks WHERE ${state} AND locktype = 'relation' AND database = (SELECT oid FROM pg_database WHERE datname = '${source}')`;
        await until(`${locks("NOT granted")} AND mode = 'AccessShareLock'`);
        const emptied = waiting?.query("TRUNCATE accounts");
        await until(`${locks("NOT granted")} AND mode = 'AccessExclusiveLock'`);
        await holder?.query("COMMIT");
        const { code, stderr } = await running.result;
        expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
        await emptied;
      } finally {
        for (const client of [holder, waiting]) await client?.end();
      }
      await ok("restore", "-d", url(target), inFolder("x.sql.zst"));
      expect(await lying(target)).toEqual(before);
      expect(await server.query(source, "SELECT count(*)::int AS count FROM accounts")).toEqual([{ count: 0 }]);
    });
  });

  it("reads whole what is not to be split", async () => {
    for (const args of [
      ["-j3"],
      ["-j3", "--split-tables-larger-than=1GB"],
      ["--split-tables-larger-than=1B"],
      ["-j3", "--split-tables-larger-than=1B", "--data-only", "--disable-triggers"],
    ]) {
      await ok("dump", ...args, "--force", "-f", inFolder("x.sql.zst"), url(source));
      expect(await rangesIn(inFolder("x.sql.zst"))).toEqual({});
    }
  });
});
