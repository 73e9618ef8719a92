import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { BackupManager } from "../../src/index.ts";
import { acquireLock } from "../../src/store/lock.ts";
import { openStore } from "../../src/store/open-store.ts";
import { describeOnServers } from "../support/server.ts";
import { createBlog, remoteOf } from "./shop.ts";

await describeOnServers(
  "prune",
  (server) => {
    let folder = "";
    let database = "";

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "pgstow-prune-"));
      database = await createBlog(server, "prune");
    });

    afterAll(async () => {
      await server.dropDatabase(database);
      await rm(folder, { recursive: true });
    });

    async function three(name: string) {
      const store = join(folder, name);
      const manager = new BackupManager(store);
      const remote = remoteOf(server, "staging", database);
      const made = [await manager.createBackup(remote), await manager.createBackup(remote), await manager.createBackup(remote)] as const;
      const ids = async () => (await manager.listBackups()).map(({ id }) => id);
      return { store, manager, made, ids };
    }

    async function damage(file: string): Promise<void> {
      const bytes = await readFile(file);
      bytes[200]! ^= 1;
      await writeFile(file, bytes);
    }

    it("keeps the last backup that verifies, whatever the rule", async () => {
      const { manager, made, ids } = await three("damaged");
      await damage(made[2].file);
      const [report] = await manager.pruneBackups({ keepLast: 1 });
      expect(report?.decisions.map(({ keep, reason }) => [keep, reason])).toEqual([
        [true, "one of the last 1"],
        [true, "the last backup that verifies"],
        [false, "no rule keeps it"],
      ]);
      expect(await ids()).toEqual([made[2].id, made[1].id]);
    });

    it("removes nothing when nothing verifies, and nothing by a dry run", async () => {
      const { manager, made, ids } = await three("all-damaged");
      const [dry] = await manager.pruneBackups({ keepLast: 1 }, { dryRun: true });
      expect(dry?.decisions.map(({ keep }) => keep)).toEqual([true, false, false]);
      expect((await ids()).length).toBe(3);
      const { store } = await three("none-verifies");
      const other = new BackupManager(store);
      for (const { file } of await other.listBackups()) await damage(file);
      const [report] = await other.pruneBackups({ keepLast: 1 });
      expect(report?.decisions.map(({ keep }) => keep)).toEqual([true, true, true]);
      expect(made.length).toBe(3);
    });

    it("leaves a backup that is being read", async () => {
      const { store: folderOfStore, manager, made, ids } = await three("read");
      const store = await openStore(folderOfStore);
      const mark = await acquireLock(store, `staging/.reading-${basename(made[0].file)}.0123456789ab`, { purpose: "reading" });
      const [report] = await manager.pruneBackups({ keepLast: 1 });
      expect(report?.decisions.map(({ reason }) => reason)).toEqual(["one of the last 1", "no rule keeps it", "it is being read"]);
      expect(await ids()).toEqual([made[2].id, made[0].id]);
      await mark.release();
      await manager.pruneBackups({ keepLast: 1 });
      expect(await ids()).toEqual([made[2].id]);
    });
  },
  [15],
);
