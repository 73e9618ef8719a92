import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runPgstow, startPgstow } from "../cli/pgstow.ts";
import { hasProgram, pgRestore } from "../support/oracle.ts";
import { describeOnServers } from "../support/server.ts";

const TABLES = 12;
const noRestore = (await hasProgram("pg_restore", 15)) ? "" : " (skipped: there is no pg_restore 15 here)";

await describeOnServers("a dump on several sessions", (server) => {
  let folder = "";
  let source = "";
  let target = "";
  const role = `pgstow_parallel_${String(process.pid)}`;

  beforeAll(async () => {
    await server.query("postgres", `CREATE ROLE ${role} LOGIN`);
  });

  afterAll(async () => {
    await server.query("postgres", `DROP ROLE IF EXISTS ${role}`);
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "pgstow-parallel-"));
    source = await server.createDatabase("parallel");
    target = await server.createDatabase("parallel_target");
    const tables = Array.from({ length: TABLES }, (_, at) => {
      const rows = String(at % 3 === 0 ? 15_000 + at : at);
      return `CREATE TABLE t${String(at)} (id integer PRIMARY KEY, balance bigint, x text);
        INSERT INTO t${String(at)} SELECT i, 100, repeat(md5(i::text), 4) FROM generate_series(1, ${rows}) AS i;`;
    });
    await server.query(source, `${tables.join("\n")} SELECT lo_from_bytea(4711, repeat('x', 100000)::bytea)`);
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

  async function ok(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await runPgstow(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return stdout;
  }

  const script = (database: string) => ok("dump", url(database), "--restrict-key=k");

  /** Waits until the query gives rows. */
  async function until(query: string): Promise<void> {
    while ((await server.query("postgres", query)).length === 0) await sleep(20);
  }

  it.skipIf(noRestore !== "" || server.major > 15)(`is a folder for pg_restore on several sessions${noRestore}`, async () => {
    await ok("dump", "-Fd", "-j3", "-f", inFolder("d"), url(source));
    await pgRestore(15, ["-j2", "-d", url(target), inFolder("d")]);
    expect(await script(target)).toBe(await script(source));
  });

  it.skipIf(noRestore !== "" || server.major > 15)(
    `is a custom archive for pg_restore, from a file and from a pipe${noRestore}`,
    async () => {
      const withoutKey = (script: string) => script.replace(/^\\(un)?restrict .*$/gm, "");
      const text = async (...args: string[]) => withoutKey(await pgRestore(15, args));
      await ok("dump", "-Fc", "-f", inFolder("serial"), url(source));
      await ok("dump", "-Fc", "-j3", "-f", inFolder("parallel"), url(source));
      expect(await readdir(folder)).toEqual(["parallel", "serial"]);
      expect(await text("-f-", inFolder("parallel"))).toBe(await text("-f-", inFolder("serial")));
      expect(await text("-f-", "-t", "t9", inFolder("parallel"))).toBe(await text("-f-", "-t", "t9", inFolder("serial")));
      const piped = await pgRestore(15, ["-f-"], await readFile(inFolder("parallel")));
      expect(withoutKey(piped)).toBe(await text("-f-", inFolder("serial")));
      await pgRestore(15, ["-j2", "-d", url(target), inFolder("parallel")]);
      expect(await script(target)).toBe(await script(source));
    },
  );

  it("is a stow archive that is whole and restores to the same", async () => {
    for (const [name, ...args] of [["copy.sql.zst"], ["inserts.sql.zst", "--rows-per-insert=50"]] as const) {
      await ok("dump", "-j3", ...args, "-f", inFolder(name), url(source));
      expect(await ok("verify", inFolder(name))).toContain("ok");
    }
    await ok("restore", "-d", url(target), inFolder("copy.sql.zst"));
    expect(await script(target)).toBe(await script(source));
    await ok("restore", "--clean", "-d", url(target), inFolder("inserts.sql.zst"));
    expect(await script(target)).toBe(await script(source));
  });

  it("sees one moment, while others move what it reads", async () => {
    const mover = new pg.Client({ connectionString: url(source) });
    await mover.connect();
    let over = false;
    const moving = (async () => {
      for (let at = 1; !over; at++) {
        const id = String((at % 10_000) + 1);
        await mover.query(`BEGIN; UPDATE t0 SET balance = balance - 7 WHERE id = ${id}; UPDATE t9 SET balance = balance + 7 WHERE id = ${id};
          COMMIT`);
      }
    })();
    try {
      await ok("dump", "-j3", "-f", inFolder("x.sql.zst"), url(source));
    } finally {
      over = true;
      await moving;
      await mover.end();
    }
    await ok("restore", "-d", url(target), inFolder("x.sql.zst"));
    const sum = "SELECT (SELECT sum(balance) FROM t0) + (SELECT sum(balance) FROM t9) AS sum, count(*) FROM t9";
    expect(await server.query(target, sum)).toEqual([{ sum: String((15_000 + 15_009) * 100), count: "15009" }]);
  });

  describe("when a table is not to be had", () => {
    /** Rows of `slow`, which the role may read, come as long as nobody ends it. */
    const slow = (condition: string) =>
      server.query(
        source,
        `CREATE TABLE slow (i integer); INSERT INTO slow VALUES (1);
         GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}; GRANT SELECT ON LARGE OBJECT 4711 TO ${role};
         ALTER TABLE slow ENABLE ROW LEVEL SECURITY; CREATE POLICY slowly ON slow USING (${condition})`,
      );
    const copies = () => `SELECT pid FROM pg_stat_activity WHERE datname = '${source}' AND state = 'active' AND query LIKE 'COPY %slow%'`;
    const nobody = () => `SELECT 1 WHERE NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = '${source}' AND usename = '${role}')`;

    it("on a further session because somebody waits for its lock, the first one reads it", async () => {
      // The dump stands at `gate`, which it can lock but not yet read, until somebody waits for all other tables.
      await server.query(source, "CREATE TABLE gate (i integer)");
      const [holder, ...waiting] = await Promise.all(
        Array.from({ length: 4 }, async () => {
          const client = new pg.Client({ connectionString: url(source) });
          await client.connect();
          return client;
        }),
      );
      try {
        await holder?.query("BEGIN; LOCK TABLE gate IN ACCESS EXCLUSIVE MODE");
        const running = startPgstow(["dump", "-Fd", "-j3", "-f", inFolder("d"), url(source)]);
        const locks = (state: string) =>
          `SELECT 1 FROM pg_locks WHERE ${state} AND locktype = 'relation' AND database = (SELECT oid FROM pg_database WHERE datname = '${source}')`;
        await until(`${locks("NOT granted")} AND mode = 'AccessShareLock'`);
        // All tables before the gate are the dump's by now; the ALTERs queue behind it, further sessions cannot get past them.
        const altered = waiting.map((client, at) => client.query(`ALTER TABLE t${String(at * 3)} ADD COLUMN later integer`));
        await until(`SELECT 1 WHERE 3 = (SELECT count(*) FROM (${locks("NOT granted")} AND mode = 'AccessExclusiveLock') AS l)`);
        await holder?.query("COMMIT");
        const { code, stderr } = await running.result;
        expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
        await Promise.all(altered);
      } finally {
        for (const client of [holder, ...waiting]) await client?.end();
      }
      await ok("restore", "-d", url(target), inFolder("d"));
      for (const at of [0, 3, 6]) {
        expect(await server.query(target, `SELECT count(*) FROM t${String(at)}`)).toEqual([{ count: String(15_000 + at) }]);
      }
    });

    it("because row security hides rows, it is named, and nothing is left", async () => {
      await slow("i > 1");
      for (const [name, ...args] of [["d", "-Fd"], ["c", "-Fc"], ["x.sql.zst"]] as const) {
        const { code, stderr } = await runPgstow(["dump", "-j3", ...args, "-f", inFolder(name), url(source, role)]);
        expect(code).toBe(1);
        expect(stderr).toMatch(/TABLE DATA public\.slow: .*row-level security policy/);
        expect(await readdir(folder)).toEqual([]);
        await until(nobody());
      }
    });

    it("and somebody interrupts the dump, nothing is left, and no session", async () => {
      await slow("pg_catalog.pg_sleep(600) IS NOT NULL");
      const running = startPgstow(["dump", "-Fd", "-j3", "--enable-row-security", "-f", inFolder("d"), url(source, role)]);
      await until(copies());
      running.child.kill("SIGINT");
      expect(await running.result).toEqual({ code: 130, stdout: "", stderr: "pgstow: error: interrupted by SIGINT\n" });
      expect(await readdir(folder)).toEqual([]);
      await until(nobody());
    });
  });

  it("is refused for the formats that hold one table after the other", async () => {
    for (const format of ["plain", "tar"]) {
      const { code, stderr } = await runPgstow(["dump", "-j2", "-F", format, "-f", inFolder("x"), url(source)]);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^pgstow: error: parallel backup only supported by the stow, custom and directory formats\n/);
    }
  });
});
