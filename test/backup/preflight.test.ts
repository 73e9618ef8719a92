import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { BackupManager, PgstowError, type RestoreBackupOptions } from "../../src/index.ts";
import { describeOnServers } from "../support/server.ts";
import { countUsers, createBlog, remoteOf } from "./shop.ts";

await describeOnServers("the preflight of a restore", (server) => {
  let folder = "";
  let blog = "";
  const role = `preflight_gone_${String(process.pid)}`;
  const weak = `preflight_weak_${String(process.pid)}`;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pgstow-preflight-"));
    blog = await createBlog(server, "preflight");
    await server.query("postgres", `CREATE ROLE ${role}; CREATE ROLE "${role} to"; CREATE ROLE ${weak} LOGIN`);
  });

  afterAll(async () => {
    await server.dropDatabase(blog);
    await server.query("postgres", `DROP ROLE IF EXISTS ${role}; DROP ROLE IF EXISTS "${role} to"; DROP ROLE ${weak}`);
    await rm(folder, { recursive: true });
  });

  /** What stands in the way, a line each. */
  async function obstacles(work: Promise<unknown>): Promise<string[]> {
    const error: unknown = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof PgstowError)) throw new Error("nothing stood in the way");
    expect(error.code).toBe("preflight");
    expect(error.message).toMatch(/nothing was touched$/);
    return error.context.detail?.split("\n") ?? [];
  }

  it("lists everything that would fail, each with the option that helps, and touches nothing", async () => {
    const source = await server.createDatabase("preflight_source");
    const target = await server.createDatabase("preflight_target");
    try {
      await server.query(
        source,
        `CREATE EXTENSION amcheck; CREATE TABLE t (i integer); ALTER TABLE t OWNER TO ${role}; GRANT SELECT ON t TO "${role} to";
         CREATE TABLE u (i integer); CREATE POLICY p ON u TO ${role} USING (true); ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO "${role} to"`,
      );
      const manager = new BackupManager(join(folder, "all"));
      const backup = await manager.createBackup(remoteOf(server, "source", source));
      await server.dropDatabase(source);
      await server.query("postgres", `DROP ROLE ${role}; DROP ROLE "${role} to"`);
      await server.query(target, `CREATE TABLE t (j text); GRANT CONNECT ON DATABASE "${target}" TO ${weak}`);
      const to = remoteOf(server, "target", target);
      const found = await obstacles(manager.restoreBackup(backup, to));
      expect(found).toEqual([
        expect.stringMatching(new RegExp(`no such role, though it owns something: ${role} \\(.*--no-owner\\)$`)) as string,
        expect.stringMatching(
          new RegExp(`no such role, though it is granted something: ${role}, ${role} to \\(.*--no-privileges\\)$`),
        ) as string,
        expect.stringMatching(/1 of the objects exist already: public\.t \(--replace .*--into/) as string,
      ]);
      const asWeak = { ...to, url: server.url(target).replace(/\/\/[^@/]*@/, `//${weak}@`) };
      const foundByWeak = await obstacles(manager.restoreBackup(backup, asWeak));
      expect(foundByWeak.join("\n")).toContain('only a superuser may create extension "amcheck"');
      expect(await server.query(target, "SELECT attname FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0")).toEqual([
        { attname: "j" },
      ]);
      const engine: RestoreBackupOptions["engine"] = { noOwner: true, noPrivileges: true, noPolicies: true };
      await manager.restoreBackup(backup, to, { replace: true, engine });
      expect(await server.query(target, "SELECT relname FROM pg_class WHERE relname IN ('t', 'u') ORDER BY 1")).toEqual([
        { relname: "t" },
        { relname: "u" },
      ]);
    } finally {
      await server.dropDatabase(source);
      await server.dropDatabase(target);
    }
  });

  it("makes a new database, and leaves none when that fails", async () => {
    const manager = new BackupManager(join(folder, "into"));
    const remote = remoteOf(server, "blog", blog);
    const backup = await manager.createBackup(remote);
    const into = `${blog} into'"x`;
    try {
      const report = await manager.restoreBackup(backup, remote, { into });
      expect(report.database).toBe(into);
      expect(await countUsers(server, into)).toBe(200);
      await expect(manager.restoreBackup(backup, remote, { into })).rejects.toMatchObject({ code: "exists" });
    } finally {
      await server.dropDatabase(into);
    }
    await expect(manager.restoreBackup(backup, remote, { into, engine: { role: "no_such_role_here" } })).rejects.toThrow(
      "no_such_role_here",
    );
    expect(await server.query("postgres", `SELECT datname FROM pg_database WHERE datname LIKE '${blog} into%'`)).toEqual([]);
  });

  it("gives up on tables in use after a while, or ends the sessions that use them", async () => {
    const manager = new BackupManager(join(folder, "others"));
    const remote = remoteOf(server, "blog", blog);
    const backup = await manager.createBackup(remote);
    const other = new pg.Client({ connectionString: server.url(blog) });
    other.on("error", () => undefined);
    await other.connect();
    try {
      await other.query("BEGIN; LOCK TABLE blog.tb_user IN ACCESS SHARE MODE");
      const said: string[] = [];
      const waiting = manager.restoreBackup(backup, remote, {
        replace: true,
        lockWaitTimeout: "300ms",
        onDiagnostic: ({ code }) => said.push(code),
      });
      await expect(waiting).rejects.toThrow("did not let go of them in time");
      expect(said).toEqual(["other-sessions"]);
      await server.query(blog, "DELETE FROM blog.tb_post");
      await manager.restoreBackup(backup, remote, { replace: true, terminateOthers: true });
      expect(await server.query(blog, "SELECT count(*)::integer AS posts FROM blog.tb_post")).toEqual([{ posts: 3000 }]);
    } finally {
      await other.end().catch(() => undefined);
    }
  });
});
