import { closeSync, openSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { builtProgram } from "../cli/built-program.ts";
import { runPgstow, startPgstow } from "../cli/pgstow.ts";
import { runProgram } from "../support/run-program.ts";
import { describeOnServers } from "../support/server.ts";

await describeOnServers("dump", (server) => {
  let folder = "";
  let database = "";
  const role = `pgstow_slow_reader_${String(process.pid)}`;
  const inFolder = (name: string) => join(folder, name);

  beforeAll(async () => {
    await server.query("postgres", `CREATE ROLE ${role} LOGIN`);
  });

  afterAll(async () => {
    await server.query("postgres", `DROP ROLE IF EXISTS ${role}`);
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "pgstow-dump-"));
    database = await server.createDatabase("dump");
    await server.query(
      database,
      `CREATE TABLE public.t (i integer, x text);
       INSERT INTO t SELECT i, repeat('x', 1000) FROM generate_series(1, 2000) AS i`,
    );
  });

  afterEach(async () => {
    await server.dropDatabase(database);
    await rm(folder, { recursive: true });
  });

  const dump = (...args: string[]) => runPgstow(["dump", "-d", server.url(database), ...args]);

  describe("to a place that cannot take it", () => {
    it("refuses a file that exists, and replaces it with --force only", async () => {
      await writeFile(inFolder("x.sql"), "precious");
      const { code, stderr } = await dump("-f", inFolder("x.sql"));
      expect(code).toBe(1);
      expect(stderr).toMatch(/^pgstow: error: ".*x\.sql" exists already\npgstow: hint: .*--force.*\n$/);
      expect(await readFile(inFolder("x.sql"), "utf8")).toBe("precious");

      expect((await dump("-f", inFolder("x.sql"), "--force")).stderr).toBe("");
      expect(await readFile(inFolder("x.sql"), "utf8")).toContain("COPY public.t (i, x) FROM stdin;");
      expect(await readdir(folder)).toEqual(["x.sql"]);
    });

    it("names a folder that is missing", async () => {
      const { code, stderr } = await dump("-f", inFolder("none/x.sql.zst"));
      expect(code).toBe(1);
      expect(stderr).toMatch(/^pgstow: error: could not create ".*none\/x\.sql\.zst": there is no folder ".*none"\n/);
    });

    it("fails on a full device, as a file and as standard output", async () => {
      for (const args of [["-Fp"], ["-Fs"]]) {
        const { code, stderr } = await dump(...args, "-f", "/dev/full");
        expect(code).toBe(1);
        expect(stderr).toContain("no space left on the device");
      }
      const full = openSync("/dev/full", "w");
      try {
        const { code, stderr } = await startPgstow(["dump", "-d", server.url(database)], { stdout: full }).result;
        expect(code).toBe(1);
        expect(stderr).toMatch(/^pgstow: error: could not write to "?standard output"?: no space left on the device\n/);
      } finally {
        closeSync(full);
      }
    });

    it("leaves no part of a file that cannot grow further", async () => {
      await server.query(database, "INSERT INTO t SELECT i, md5(i::text) FROM generate_series(1, 30000) AS i");
      for (const name of ["x.sql", "x.sql.zst"]) {
        const limited = `ulimit -f 500; exec "$@"`;
        const command = [process.execPath, await builtProgram(), "dump", "-d", server.url(database), "-f", inFolder(name)];
        const { code, stderr } = await runProgram("sh", ["-c", limited, "sh", ...command]);
        expect(code).toBe(1);
        expect(stderr).toMatch(/^pgstow: error: could not write to ".*\.partial": .*too large.*\n$/);
        expect(await readdir(folder)).toEqual([]);
      }
    });

    it("ends quietly when the reader of standard output goes away", async () => {
      const running = startPgstow(["dump", "-d", server.url(database)]);
      running.child.stdout?.once("data", () => running.child.stdout?.destroy());
      const { code, stderr } = await running.result;
      expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    });
  });

  describe("that is interrupted while it reads rows", () => {
    beforeEach(async () => {
      // Row security makes the rows come as slowly as we like.
      await server.query(
        database,
        `CREATE TABLE public.slow (i integer);
         INSERT INTO slow VALUES (1);
         ALTER TABLE slow ENABLE ROW LEVEL SECURITY;
         CREATE POLICY slowly ON slow USING (pg_catalog.pg_sleep(600) IS NOT NULL);
         GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`,
      );
    });

    afterEach(async () => {
      await server.query(database, `DROP OWNED BY ${role}`);
    });

    const start = () => {
      const url = new URL(server.url(database));
      url.username = role;
      return startPgstow(["dump", "-d", url.href, "--enable-row-security", "-f", inFolder("x.sql.zst")]);
    };

    async function waitForCopy(): Promise<number> {
      for (;;) {
        const [row] = await server.query(
          "postgres",
          `SELECT pid FROM pg_stat_activity WHERE datname = '${database}' AND state = 'active' AND query LIKE 'COPY %slow%'`,
        );
        if (typeof row?.["pid"] === "number") return row["pid"];
        await sleep(20);
      }
    }

    async function waitForNobody(): Promise<void> {
      const sessions = `SELECT pid FROM pg_stat_activity WHERE datname = '${database}' AND usename = '${role}'`;
      while ((await server.query("postgres", sessions)).length > 0) await sleep(20);
    }

    it.each<[NodeJS.Signals, number]>([
      ["SIGINT", 130],
      ["SIGTERM", 143],
    ])("by %s leaves no archive, no partial file and no session", async (signal, exitCode) => {
      const running = start();
      await waitForCopy();
      expect(await readdir(folder)).toEqual(["x.sql.zst.partial"]);
      running.child.kill(signal);
      const { code, stderr } = await running.result;
      expect({ code, stderr }).toEqual({ code: exitCode, stderr: `pgstow: error: interrupted by ${signal}\n` });
      expect(await readdir(folder)).toEqual([]);
      await waitForNobody();
    });

    it("by an administrator leaves nothing and says which table was being read", async () => {
      const running = start();
      await server.query("postgres", `SELECT pg_terminate_backend(${String(await waitForCopy())})`);
      const { code, stderr } = await running.result;
      expect(code).toBe(1);
      expect(stderr).toContain("terminating connection due to administrator command");
      expect(stderr).toContain("public.slow");
      expect(await readdir(folder)).toEqual([]);
      await waitForNobody();
    });
  });

  describe("of a database that changes meanwhile", () => {
    /** Holds a table against the dump until the statements are committed. */
    async function dumpWhile(statements: string, ...args: string[]) {
      const other = new pg.Client({ connectionString: server.url(database) });
      await other.connect();
      try {
        await other.query(`BEGIN; LOCK TABLE public.t IN ACCESS EXCLUSIVE MODE; ${statements}`);
        const running = startPgstow(["dump", "-d", server.url(database), ...args]);
        const waiting = `SELECT 1 FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = '${database}')`;
        while ((await server.query("postgres", waiting)).length === 0) await sleep(20);
        await other.query("COMMIT");
        return await running.result;
      } finally {
        await other.end();
      }
    }

    const rowsOf = (script: string) => script.split("\n").filter((line) => /^\d+\tx+/.test(line)).length;

    it("sees rows that are committed while it waits for the lock", async () => {
      const { code, stdout } = await dumpWhile("INSERT INTO t VALUES (0, 'x')");
      expect([code, rowsOf(stdout)]).toEqual([0, 2001]);
    });

    it("sees a column that is added while it waits for the lock", async () => {
      const { code, stdout } = await dumpWhile("ALTER TABLE t ADD COLUMN later integer DEFAULT 7");
      expect([code, rowsOf(stdout)]).toEqual([0, 2000]);
      expect(stdout).toContain("COPY public.t (i, x, later) FROM stdin;\n1\t");
    });

    it("sees all rows of a table that is rewritten while it waits for the lock", async () => {
      const { code, stdout } = await dumpWhile("ALTER TABLE t ALTER COLUMN i TYPE bigint");
      expect([code, rowsOf(stdout)]).toEqual([0, 2000]);
      expect(stdout).toContain("i bigint");
    });

    it("does not wait for a change that waits for it", async () => {
      // The rows of the first table come when the advisory lock is let go.
      await server.query(
        database,
        `CREATE TABLE public.first (i integer);
         INSERT INTO first VALUES (1);
         ALTER TABLE first ENABLE ROW LEVEL SECURITY;
         CREATE POLICY held ON first USING (pg_catalog.pg_advisory_xact_lock_shared(1) IS NOT NULL);
         GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`,
      );
      const waitFor = async (locktype: string) => {
        const waiting = `SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = '${locktype}' AND database = (SELECT oid FROM pg_database WHERE datname = '${database}')`;
        while ((await server.query("postgres", waiting)).length === 0) await sleep(20);
      };
      const holder = new pg.Client({ connectionString: server.url(database) });
      const changer = new pg.Client({ connectionString: server.url(database) });
      await Promise.all([holder.connect(), changer.connect()]);
      try {
        await holder.query("SELECT pg_advisory_lock(1)");
        const url = new URL(server.url(database));
        url.username = role;
        const running = startPgstow(["dump", "-d", url.href, "--enable-row-security"]);
        await waitFor("advisory");
        const change = changer.query("ALTER TABLE public.t ADD COLUMN later integer");
        await waitFor("relation");
        await holder.query("SELECT pg_advisory_unlock(1)");
        const { code, stdout, stderr } = await running.result;
        expect([code, stderr, rowsOf(stdout)]).toEqual([0, "", 2000]);
        expect(stdout).toContain("COPY public.t (i, x) FROM stdin;");
        await change;
      } finally {
        await Promise.all([holder.end(), changer.end()]);
        await server.query(database, `DROP OWNED BY ${role}`);
      }
    });

    it("does without a table that is dropped while it waits for the lock, or fails", async () => {
      const { code, stdout, stderr } = await dumpWhile("DROP TABLE t", "-f", inFolder("x.sql.zst"));
      expect(stdout).toBe("");
      if (code === 0) {
        expect((await runPgstow(["list", inFolder("x.sql.zst")])).stdout).not.toContain("TABLE");
      } else {
        expect(stderr).toMatch(/^pgstow: error: .*\bt\b/);
        expect(await readdir(folder)).toEqual([]);
      }
    });
  });
});
