import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Diagnostic, dump, restore, type RestoreOptions } from "../../src/index.ts";
import { stagingName } from "../../src/restore/swap/names.ts";
import { wantedMajors } from "../support/majors.ts";
import { describeOnServers } from "../support/server.ts";
import { shopData, shopEntries, type TestData, writeArchive } from "./small-archive.ts";
import { attributes, createTarget, definitions, dropAll, keptOf, NEW, OLD, quoted, stagingOf, totalIn, uniqueName } from "./swap-shop.ts";
import { writeNewArchive } from "./swap-shop.ts";

await describeOnServers("a swap", (server) => {
  let folder = "";
  let archive = "";
  let target = "";
  const clients: pg.Client[] = [];
  const role = uniqueName("pgstow_swap");
  const other = uniqueName("pgstow_swap_other");

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pgstow-swap-"));
    archive = join(folder, "new.sql.zst");
    await writeNewArchive(server, archive);
    await server.query("postgres", `CREATE ROLE ${role} LOGIN CREATEDB; CREATE ROLE ${other} LOGIN`);
  });

  afterAll(async () => {
    await server.query("postgres", `DROP ROLE IF EXISTS ${role}; DROP ROLE IF EXISTS ${other}`);
    await rm(folder, { recursive: true });
  });

  beforeEach(async () => {
    target = uniqueName("swap");
    await createTarget(server, target);
  });

  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.end()));
    await dropAll(server, target);
  });

  const url = (database: string, user?: string) => {
    const address = new URL(server.url(database));
    if (user !== undefined) address.username = user;
    return address.href;
  };
  const swap = (options: Partial<RestoreOptions> = {}) => restore({ archive, connection: url(target), swap: {}, ...options });

  /** Somebody who is at work in the target. */
  async function enter(user?: string): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: url(target, user), application_name: "visitor" });
    client.on("error", () => undefined);
    await client.connect();
    clients.push(client);
    return client;
  }

  async function expectUntouched(oid: unknown): Promise<void> {
    expect(await totalIn(server, target)).toEqual(OLD);
    expect(await server.query("postgres", `SELECT oid FROM pg_database WHERE datname = '${target}'`)).toEqual(oid);
    expect(await stagingOf(server, target)).toEqual([]);
    expect(await keptOf(server, target)).toEqual([]);
  }
  const identity = () => server.query("postgres", `SELECT oid FROM pg_database WHERE datname = '${target}'`);

  // What the server's version has no part in is seen on one of them.
  const onFirst = server.major === wantedMajors()[0];

  it.each(onFirst ? [1, 2, 4] : [2])(
    "over %i connections puts the archive in the target's place, and keeps the old database",
    async (jobs) => {
      const { rows, errors, oldDatabase } = await swap({ jobs, analyze: true });
      expect({ rows, errors }).toEqual({ rows: 2100, errors: 0 });
      expect(await totalIn(server, target)).toEqual(NEW);
      expect(await keptOf(server, target)).toEqual([oldDatabase]);
      expect(await totalIn(server, oldDatabase ?? "")).toEqual(OLD);
      expect(await stagingOf(server, target)).toEqual([]);
      expect(await server.query(target, "SELECT reltuples::integer AS rows FROM pg_class WHERE relname = 'entry'")).toEqual([
        { rows: 100 },
      ]);
    },
  );

  it("drops the old database where that is asked for, even a template", async () => {
    await server.query("postgres", `ALTER DATABASE ${target} IS_TEMPLATE true`);
    expect(await swap({ swap: { dropOld: true } })).toMatchObject({ oldDatabase: null });
    expect(await totalIn(server, target)).toEqual(NEW);
    expect(await keptOf(server, target)).toEqual([]);
  });

  it.skipIf(server.major < 14)("does not end a session that waits for another one's work", async () => {
    await server.query("postgres", `ALTER DATABASE ${target} SET idle_session_timeout = '10min'`);
    let timeout: unknown;
    await swap({
      inspectTarget: async (session) => {
        timeout = (await session.query("SHOW idle_session_timeout"))[0]?.["idle_session_timeout"];
      },
    });
    expect(timeout).toBe("0");
  });

  it("takes archives of pg_dump's formats", async () => {
    const custom = join(folder, "new.dump");
    await writeNewArchive(server, custom, "custom");
    await swap({ archive: custom });
    expect(await totalIn(server, target)).toEqual(NEW);
  });

  describe("carries over", () => {
    it("settings, privileges, comment and limits of a database with an odd and long name", async () => {
      await dropAll(server, target);
      target = uniqueName("swap", ` "ö" ${"é'".repeat(13)}`);
      expect(Buffer.byteLength(target)).toBeGreaterThan(55);
      await createTarget(server, target, `OWNER ${role} CONNECTION LIMIT 55`);
      const name = quoted(target);
      await server.query(
        "postgres",
        `ALTER DATABASE ${name} SET search_path = public, "O dd", "a,b"; ALTER DATABASE ${name} SET my.text = E'it''s \\\\ "so"';
        ALTER DATABASE ${name} SET default_transaction_read_only = on;
        ALTER ROLE ${other} IN DATABASE ${name} SET work_mem = '7MB'; ALTER ROLE ${other} IN DATABASE ${name} SET search_path = '';
        COMMENT ON DATABASE ${name} IS E'two\nlines, it''s \\\\'; ALTER DATABASE ${name} IS_TEMPLATE true;
        REVOKE CONNECT ON DATABASE ${name} FROM PUBLIC; GRANT CREATE ON DATABASE ${name} TO ${other} WITH GRANT OPTION`,
      );
      await server.query("postgres", `SET ROLE ${other}; GRANT CREATE ON DATABASE ${name} TO ${role} WITH GRANT OPTION`);
      const before = [await definitions(server, target), await attributes(server, target)];
      const { oldDatabase } = await swap();
      expect([await definitions(server, target), await attributes(server, target)]).toEqual(before);
      expect(await attributes(server, oldDatabase ?? "")).toEqual(before[1]);
      expect(await totalIn(server, target)).toEqual(NEW);
    });

    it("that nobody has any privilege, and that nobody may connect", async () => {
      await server.query(
        "postgres",
        `REVOKE ALL ON DATABASE ${target} FROM PUBLIC, postgres; ALTER DATABASE ${target} ALLOW_CONNECTIONS false`,
      );
      const before = await attributes(server, target);
      await swap();
      expect(await attributes(server, target)).toEqual(before);
      await server.query("postgres", `ALTER DATABASE ${target} ALLOW_CONNECTIONS true`);
      expect(await totalIn(server, target)).toEqual(NEW);
    });

    it("encoding and locale", async () => {
      const [icu] = await server.query("postgres", "SELECT count(*)::integer AS count FROM pg_collation WHERE collprovider = 'i'");
      const kinds = ["ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'POSIX'"];
      if (server.major >= 17) kinds.push("LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C' ENCODING 'UTF8'");
      if (server.major >= 15 && icu?.["count"] !== 0) {
        const rules = server.major >= 16 ? "ICU_RULES '&V << w <<< W'" : "";
        kinds.push(`LOCALE_PROVIDER icu ICU_LOCALE 'de' ${rules} LOCALE 'C' ENCODING 'UTF8'`);
      }
      for (const kind of kinds) {
        await dropAll(server, target);
        await createTarget(server, target, kind);
        const before = await attributes(server, target);
        await swap();
        expect(await attributes(server, target)).toEqual(before);
        expect(await totalIn(server, target)).toEqual(NEW);
      }
    });

    it("what was changed while the restore ran", async () => {
      await server.query("postgres", `ALTER DATABASE ${target} SET work_mem = '5MB'; GRANT CREATE ON DATABASE ${target} TO ${other}`);
      let before: unknown;
      await swap({
        inspectTarget: async () => {
          await server.query(
            "postgres",
            `ALTER DATABASE ${target} RESET work_mem; ALTER DATABASE ${target} SET my.late = '1'; ALTER DATABASE ${target} OWNER TO ${role};
            REVOKE CREATE ON DATABASE ${target} FROM ${other}; COMMENT ON DATABASE ${target} IS 'late'`,
          );
          before = await attributes(server, target);
        },
      });
      expect(await attributes(server, target)).toEqual(before);
      expect(
        await server.query("postgres", `SELECT shobj_description(oid, 'pg_database') AS c FROM pg_database WHERE datname = '${target}'`),
      ).toEqual([{ c: "late" }]);
    });
  });

  it("ends open sessions; one that comes back again and again sees all of the old or all of the new", async () => {
    const idle = await enter();
    const busy = await enter();
    await busy.query("BEGIN; UPDATE account SET balance = balance + 1 WHERE id = 1");
    let over = false;
    const seen: unknown[] = [];
    const refusals = new Set<unknown>();
    const visitor = (async () => {
      for (let last = false; !last;) {
        last = over;
        const client = new pg.Client({ connectionString: url(target) });
        client.on("error", () => undefined);
        try {
          await client.connect();
          for (let time = 0; time < 3; time++) seen.push((await client.query<object>("SELECT sum, rows FROM total")).rows[0]);
        } catch (error) {
          refusals.add((error as { code?: string }).code ?? (error as Error).message);
        } finally {
          await client.end().catch(() => undefined);
        }
      }
    })();
    await swap();
    over = true;
    await visitor;
    await expect(idle.query("SELECT 1")).rejects.toThrow();
    await expect(busy.query("COMMIT")).rejects.toThrow();
    const kinds = seen.map((one) => JSON.stringify(one)).filter((one, at, all) => one !== all[at - 1]);
    expect(kinds).toEqual([JSON.stringify(OLD), JSON.stringify(NEW)]);
    // Ended by an administrator; the database of that name is gone; or the connection was cut before an answer.
    const expected = ["57P01", "3D000", "ECONNRESET", "EPIPE", "Connection terminated unexpectedly"];
    expect([...refusals].filter((one) => !expected.includes(String(one)))).toEqual([]);
  });

  describe("leaves the target as it was", () => {
    const failing: readonly (readonly [string, TestData, string])[] = [
      ["a bad row", { ...shopData, 12: ["1\t1\t10\n2\t1\tmany\n"] }, "TABLE DATA public.sale row 2: invalid input syntax"],
      ["a failing constraint", { ...shopData, 12: ["1\t9\t10\n"] }, "violates foreign key constraint"],
    ];
    it.each(failing)("after %s", async (_, data, message) => {
      const bad = join(folder, "bad.sql.zst");
      await writeArchive(
        bad,
        shopEntries.map((entry) => ({ ...entry, dependencies: dependenciesOf(entry.dumpId) })),
        data,
      );
      const oid = await identity();
      for (const jobs of [1, 3]) {
        const failure = await swap({ archive: bad, jobs }).catch((error: unknown) => error);
        expect(failure).toMatchObject({ code: "server", message: expect.stringContaining(message) as string });
        expect((failure as Error).message).toMatch(/; nothing was changed$/);
      }
      await expectUntouched(oid);
    });

    it("after an abort", async () => {
      const oid = await identity();
      const controller = new AbortController();
      const aborting = swap({
        signal: controller.signal,
        inspectTarget: () => {
          controller.abort();
          return Promise.resolve();
        },
      });
      await expect(aborting).rejects.toMatchObject({ code: "aborted" });
      await expectUntouched(oid);
    });

    it("after an abort while it waits for others to leave", async () => {
      const oid = await identity();
      await prepareTransaction();
      const controller = new AbortController();
      const aborting = swap({ signal: controller.signal, swap: { timeoutMs: 600_000 } }).catch((error: unknown) => error);
      const waiting = `SELECT FROM pg_stat_activity WHERE query LIKE '%pg_prepared_xacts WHERE database = ''${target}'' ORDER%me.rolsuper%' AND application_name = 'pgstow'`;
      while ((await server.query("postgres", waiting)).length === 0) await sleep(20);
      controller.abort();
      expect(await aborting).toMatchObject({ code: "aborted" });
      await server.query(target, `ROLLBACK PREPARED '${target}'`);
      await expectUntouched(oid);
    });

    it("when a prepared transaction does not end in time", async () => {
      const oid = await identity();
      await prepareTransaction();
      const innocent = await enter();
      const said: Diagnostic[] = [];
      await expect(swap({ swap: { timeoutMs: 1200 }, onDiagnostic: (one) => said.push(one) })).rejects.toMatchObject({
        code: "busy",
        message: `database "${target}" is still in use after 1.2 s, so it stays as it was: prepared transaction "${target}" of user "postgres"`,
        hint: expect.stringContaining(`COMMIT PREPARED '${target}'`) as string,
      });
      expect(said.map(({ code }) => code)).toEqual(["prepared-transactions"]);
      // Nobody is ended for nothing.
      await innocent.query("SELECT 1");
      await server.query(target, `ROLLBACK PREPARED '${target}'`);
      await expectUntouched(oid);
    });

    it("when it gets a subscription while the restore runs", async () => {
      const oid = await identity();
      const inspectTarget = async () => {
        await server.query(
          target,
          "CREATE SUBSCRIPTION late CONNECTION 'host=127.0.0.1 port=1' PUBLICATION p WITH (connect = false, slot_name = 'its')",
        );
        await server.query(target, "ALTER SUBSCRIPTION late ENABLE");
      };
      await expect(swap({ inspectTarget })).rejects.toMatchObject({
        code: "concurrent-change",
        message: expect.stringContaining(`it has enabled subscriptions, which would stay with the old database: "late"`) as string,
      });
      await server.query(target, "ALTER SUBSCRIPTION late DISABLE");
      await server.query(target, "ALTER SUBSCRIPTION late SET (slot_name = NONE)");
      await server.query(target, "DROP SUBSCRIPTION late");
      await expectUntouched(oid);
    });

    it("when the archive has a subscription, whose slot stays", async () => {
      const source = await server.createDatabase("swap_subscription");
      const subscribed = join(folder, "subscribed.sql.zst");
      await server.query(
        source,
        `CREATE SUBSCRIPTION sub CONNECTION 'host=127.0.0.1 port=1' PUBLICATION p WITH (connect = false, slot_name = 'its')`,
      );
      await dump({ connection: url(source), file: subscribed });
      await server.query(source, "ALTER SUBSCRIPTION sub SET (slot_name = NONE)");
      await server.query(source, "DROP SUBSCRIPTION sub");
      await server.dropDatabase(source);
      const oid = await identity();
      await prepareTransaction();
      const said: Diagnostic[] = [];
      const swapping = swap({ archive: subscribed, swap: { timeoutMs: 100 }, onDiagnostic: (one) => said.push(one) });
      await expect(swapping).rejects.toMatchObject({ code: "busy" });
      expect(said.map(({ code }) => code)).not.toContain("leftover-staging");
      await server.query(target, `ROLLBACK PREPARED '${target}'`);
      await expectUntouched(oid);
    });

    it("when it may not end a session", async () => {
      await server.query("postgres", `ALTER DATABASE ${target} OWNER TO ${role}`);
      const oid = await identity();
      const boss = await enter();
      const { rows } = await boss.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
      await expect(swap({ connection: url(target, role), noOwner: true, swap: { timeoutMs: 1200 } })).rejects.toMatchObject({
        code: "busy",
        message: expect.stringContaining(`pid ${String(rows[0]?.pid)} (user "postgres", application "visitor")`) as string,
      });
      await expectUntouched(oid);
    });

    it("when another database has come into its place meanwhile", async () => {
      const away = uniqueName("swap_away");
      const replace = async () => {
        await server.query("postgres", `ALTER DATABASE ${target} RENAME TO ${away}`);
        await createTarget(server, target);
      };
      await expect(swap({ inspectTarget: replace })).rejects.toMatchObject({ code: "concurrent-change" });
      await server.dropDatabase(away);
      expect(await totalIn(server, target)).toEqual(OLD);
      expect(await stagingOf(server, target)).toEqual([]);
    });

    async function prepareTransaction(): Promise<void> {
      const client = await enter();
      await client.query(`BEGIN; CREATE TABLE prepared (); PREPARE TRANSACTION '${target}'`);
    }
  });

  describe("is refused before anything is made", () => {
    it("when there is no such database", async () => {
      const missing = `${target}_missing`;
      await expect(swap({ connection: url(missing) })).rejects.toMatchObject({ code: "not-found" });
      expect(await stagingOf(server, missing)).toEqual([]);
    });

    it("when slots or subscriptions would stay with the old database", async () => {
      const oid = await identity();
      await server.query(target, `SELECT pg_create_logical_replication_slot('${target}', 'pgoutput')`);
      await server.query(
        target,
        `CREATE SUBSCRIPTION ${target} CONNECTION 'host=/nonexistent dbname=x' PUBLICATION p WITH (connect = false)`,
      );
      const details = async () => {
        const error = await swap().catch((thrown: unknown) => thrown);
        expect(error).toMatchObject({ code: "preflight", message: expect.stringContaining("nothing was touched") as string });
        return (error as { context: { detail: string } }).context.detail;
      };
      expect(await details()).toMatch(/^it has logical replication slots, .*$/);
      await server.query(target, `SELECT pg_drop_replication_slot('${target}'); ALTER SUBSCRIPTION ${target} ENABLE`);
      expect(await details()).toMatch(/^it has enabled subscriptions, .*$/);
      await server.query(target, `ALTER SUBSCRIPTION ${target} DISABLE`);
      await server.query(target, `ALTER SUBSCRIPTION ${target} SET (slot_name = NONE)`);
      const said: Diagnostic[] = [];
      const { oldDatabase } = await swap({ onDiagnostic: (one) => said.push(one) });
      expect(said.map(({ code }) => code)).toEqual(["subscriptions-stay"]);
      expect(await identity()).not.toEqual(oid);
      await server.query(oldDatabase ?? "", `DROP SUBSCRIPTION ${target}`);
    });

    it("when the role may not make or own databases", async () => {
      const refusal = await swap({ connection: url(target, other) }).catch((error: unknown) => error);
      expect(refusal).toMatchObject({ code: "preflight" });
      const { detail } = (refusal as { context: { detail: string } }).context;
      expect(detail.split("\n")).toEqual([
        `"${other}" may not make databases (ALTER ROLE ... CREATEDB)`,
        `"${other}" does not own it (connect as "postgres", or as a member of that role)`,
      ]);
    });

    it("when the role may not carry a setting over", async () => {
      await server.query("postgres", `ALTER DATABASE ${target} OWNER TO ${role}; ALTER DATABASE ${target} SET log_statement = 'all'`);
      const oid = await identity();
      await expect(swap({ connection: url(target, role), noOwner: true })).rejects.toMatchObject({
        code: "preflight",
        message: expect.stringMatching(/cannot be made: permission denied to set parameter "log_statement"; nothing was changed/) as string,
      });
      await expectUntouched(oid);
    });
  });

  it("works for an owner who is no superuser", async () => {
    await server.query(
      "postgres",
      `ALTER DATABASE ${target} OWNER TO ${role}; GRANT CREATE ON DATABASE ${target} TO ${other}; ALTER DATABASE ${target} SET work_mem = '5MB'`,
    );
    const visitor = await enter(role);
    const before = await attributes(server, target);
    await swap({ connection: url(target, role), noOwner: true });
    expect(await attributes(server, target)).toEqual(before);
    expect(await totalIn(server, target)).toEqual(NEW);
    await expect(visitor.query("SELECT 1")).rejects.toThrow();
  });

  it("tells of what earlier swaps have left behind", async () => {
    const left = stagingName(target, "0123abcd");
    await server.query("postgres", `CREATE DATABASE ${left} TEMPLATE template0`);
    const said: Diagnostic[] = [];
    await swap({ onDiagnostic: (one) => said.push(one) });
    expect(said).toMatchObject([{ code: "leftover-staging", hint: `Unless a swap is under way: DROP DATABASE "${left}";` }]);
    expect(await stagingOf(server, target)).toEqual([left]);
  });

  it("takes turns with another swap of the same database", async () => {
    const outcomes = await Promise.allSettled([swap(), swap()]);
    const failures = outcomes.filter((one) => one.status === "rejected").map(({ reason }) => (reason as { code: string }).code);
    expect(failures).toEqual(["concurrent-change"]);
    expect(await totalIn(server, target)).toEqual(NEW);
    expect(await stagingOf(server, target)).toEqual([]);
    expect(await keptOf(server, target)).toHaveLength(1);
  });
});

/** Of the entries of the small archive, for a restore side by side. */
function dependenciesOf(dumpId: number): readonly number[] {
  if (dumpId === 12 || dumpId === 21) return [2];
  if (dumpId === 11) return [1];
  return dumpId === 22 ? [1, 2] : [];
}
