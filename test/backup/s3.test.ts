import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { BackupManager, type StoreOptions } from "../../src/index.ts";
import { openStore } from "../../src/store/open-store.ts";
import { type S3Service, startS3rver } from "../store/s3-server.ts";
import { describeOnServers } from "../support/server.ts";
import { countUsers, createBlog, remoteOf } from "./shop.ts";

await describeOnServers(
  "backups in S3",
  (server) => {
    let service: S3Service;
    let database = "";

    beforeAll(async () => {
      service = await startS3rver();
      database = await createBlog(server, "s3");
    });

    afterAll(async () => {
      await server.dropDatabase(database);
      await service.stop();
    });

    it("are created, listed, verified, restored in part and as a whole, and pruned", async () => {
      const manager = new BackupManager(service.store("team/a"));
      const remote = remoteOf(server, "staging", database);
      const first = await manager.createBackup(remote, { label: "first" });
      expect(first.file).toBe(`s3://backups/team/a/staging/${database}-${first.id}.sql.zst`);
      const second = await manager.createBackup(remote);
      expect(await new BackupManager(service.store("team/a")).listBackups()).toEqual([second, first]);
      expect(await new BackupManager(service.store("team/b")).listBackups()).toEqual([]);
      expect(await manager.verifyBackup(first, { level: "content" })).toMatchObject({ ok: true });
      expect((await manager.getBackup(first.id)).verifications).toMatchObject([{ level: "content", ok: true }]);

      const target = await server.createDatabase("s3_target");
      try {
        const to = remoteOf(server, "target", target);
        await server.query(target, "CREATE SCHEMA blog; CREATE TABLE blog.tb_user (id integer, name text, mood text)");
        await manager.restoreBackup(first, to, { engine: { tables: ["blog.tb_user"], dataOnly: true } });
        expect(await countUsers(server, target)).toBe(200);
        await manager.restoreBackup(first, to, { replace: true });
        expect(await server.query(target, "SELECT count(*)::integer AS posts FROM blog.tb_post")).toEqual([{ posts: 3000 }]);
      } finally {
        await server.dropDatabase(target);
      }

      const [report] = await manager.pruneBackups({ keepLast: 1 });
      expect(report?.decisions.map(({ backup, keep }) => [backup.id, keep])).toEqual([
        [second.id, true],
        [first.id, false],
      ]);
      expect((await manager.listBackups()).map(({ id }) => id)).toEqual([second.id]);
      await manager.close();
    });

    it("leave no object and no upload when the dump fails", async () => {
      const manager = new BackupManager(service.store("failing"));
      const remote = remoteOf(server, "staging", database, { dump: { lockWaitTimeout: "100" } });
      const stop = new AbortController();
      const work = manager.createBackup(remote, { signal: stop.signal, onProgress: ({ phase }) => phase === "data" && stop.abort() });
      await expect(work).rejects.toMatchObject({ code: "aborted" });
      const store = await openStore(service.store("failing"));
      expect((await store.list("staging")).map(({ name }) => name)).toEqual([]);
      expect(await store.unfinished("staging")).toEqual([]);
      store.close();
    });

    it("say what is wrong with bucket, keys and address", async () => {
      const denying = await answerAll(403, "<Error><Code>AccessDenied</Code><Message>no</Message></Error>");
      const { endpoint } = service;
      const keys = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" };
      const cases: [StoreOptions, RegExp][] = [
        [{ url: "s3://missing/x", endpoint, ...keys }, /"s3:\/\/missing\/x.*there is no such bucket$/],
        [
          { url: "s3://backups/x", endpoint: `http://127.0.0.1:${String((denying.address() as AddressInfo).port)}`, ...keys },
          /access denied$/,
        ],
        [{ url: "s3://backups/x", endpoint: "http://127.0.0.1:1", ...keys }, /connection refused$/],
        [{ url: "s3:///x" }, /names no bucket$/],
        [{ url: "gs://bucket/x" }, /there are no stores of the kind gs:\/\/$/],
      ];
      for (const [store, message] of cases) {
        const manager = new BackupManager(store);
        await expect(manager.listBackups()).rejects.toThrow(message);
        await expect(manager.createBackup(remoteOf(server, "staging", database))).rejects.toThrow(message);
      }
      denying.close();
    });
  },
  [15],
);

function answerAll(status: number, body: string): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(status, { "content-type": "application/xml" }).end(request.method === "HEAD" ? undefined : body);
    });
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
}
