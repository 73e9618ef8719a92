import { mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { BackupManager, type Diagnostic } from "../../src/index.ts";
import { startPgstow } from "../cli/pgstow.ts";
import { describeOnServers } from "../support/server.ts";
import { createBlog, remoteOf } from "./shop.ts";

/** Moments after the start at which each command is killed: from about when it begins its work to about its end. */
const MOMENTS = 4;

await describeOnServers(
  "kill -9",
  (server) => {
    let folder = "";
    let database = "";
    let store = "";

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "pgstow-crash-"));
      store = join(folder, "backups");
      database = await createBlog(server, "crash");
      await writeFile(join(folder, "pgstow.config.yaml"), `remotes:\n  staging:\n    url: ${server.url(database)}\n`);
    });

    afterAll(async () => {
      await server.dropDatabase(database);
      await rm(folder, { recursive: true });
    });

    /** Runs the command to its end once, then kills it at moments spread over the time that this took. */
    async function killAtMoments(
      args: readonly string[],
      check: () => Promise<void>,
      prepare: () => Promise<void> = () => Promise.resolve(),
    ) {
      await prepare();
      const started = performance.now();
      const whole = await startPgstow(args, { cwd: folder }).result;
      expect(whole).toMatchObject({ code: 0 });
      const tookMs = performance.now() - started;
      await check();
      for (let moment = 1; moment <= MOMENTS; moment++) {
        await prepare();
        const running = startPgstow(args, { cwd: folder });
        // The first half is mostly the program's own start.
        await Promise.race([sleep(tookMs * (0.3 + (0.75 * moment) / MOMENTS)), running.result]);
        running.child.kill("SIGKILL");
        await running.result;
        await check();
      }
    }

    async function listed() {
      const said: Diagnostic[] = [];
      const manager = new BackupManager(store);
      const backups = await manager.listBackups({ onDiagnostic: (diagnostic) => said.push(diagnostic) });
      return { manager, backups, said };
    }

    async function everythingListedVerifies(): Promise<void> {
      const { manager, backups, said } = await listed();
      expect(said).toEqual([]);
      for (const backup of backups) expect(await manager.verifyBackup(backup)).toMatchObject({ ok: true });
    }

    it("of create leaves no backup that does not verify, and no lock", async () => {
      await killAtMoments(["backup", "create"], everythingListedVerifies);
      expect((await startPgstow(["backup", "create"], { cwd: folder }).result).stderr).toBe("");
      await everythingListedVerifies();
    });

    it("of prune leaves backups that verify, one at least", async () => {
      const manager = new BackupManager(store);
      const fill = async () => {
        while ((await manager.listBackups()).length < 4) await manager.createBackup(remoteOf(server, "staging", database));
      };
      await killAtMoments(
        ["backup", "prune", "--keep-last", "1", "--yes"],
        async () => {
          expect((await listed()).backups.length).toBeGreaterThan(0);
          await everythingListedVerifies();
        },
        fill,
      );
    });

    it("of restore leaves the target as it was, or whole", async () => {
      const target = await server.createDatabase("crash_target");
      try {
        const old = "CREATE SCHEMA blog; CREATE TABLE blog.tb_user AS SELECT n AS id FROM generate_series(1, 5) AS n";
        const prepare = async () => {
          await server.query(target, `DROP SCHEMA blog CASCADE; ${old}`);
        };
        await server.query(target, old);
        const seen = new Set<string>();
        const args = ["backup", "restore", "--from", "staging", "--store", store, "--remote", server.url(target), "--replace", "--yes"];
        const check = async () => {
          // The server may still be at work for somebody who is gone; a table lock waits for it.
          const [row] = await server.query(
            target,
            `SELECT (SELECT count(*) FROM blog.tb_user) || ' users, ' || (SELECT count(*) FROM pg_class WHERE relname ~ '^tb_' AND relkind = 'r') || ' tables' AS state`,
          );
          seen.add(String(row?.["state"]));
        };
        await killAtMoments(args, check, prepare);
        expect([...seen].filter((state) => state !== "5 users, 1 tables" && state !== "200 users, 2 tables")).toEqual([]);
        expect(seen).toContain("200 users, 2 tables");
      } finally {
        await server.dropDatabase(target);
      }
    });

    it("leaves files that prune removes when they are a day old, and not before", async () => {
      const partial = join(store, "staging", "shop-20260101T000000Z-aaaaaa.sql.zst.partial");
      await writeFile(partial, "half");
      const manager = new BackupManager(store);
      const [young] = await manager.pruneBackups({ keepLast: 100 }, { remote: "staging" });
      expect(young?.unfinished.filter((name) => name === partial)).toEqual([]);
      const long = new Date(Date.now() - 25 * 3_600_000);
      await utimes(partial, long, long);
      const [old] = await manager.pruneBackups({ keepLast: 100 }, { remote: "staging" });
      expect(old?.unfinished).toEqual([partial]);
      expect(await readdir(join(store, "staging"))).not.toContain("shop-20260101T000000Z-aaaaaa.sql.zst.partial");
    });
  },
  [15],
);
