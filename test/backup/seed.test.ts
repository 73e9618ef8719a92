import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { BackupManager } from "../../src/index.ts";
import { runPgstow } from "../cli/pgstow.ts";
import { describeOnServers } from "../support/server.ts";
import { allUsers, countUsers, createBlog, remoteOf } from "./shop.ts";
import { decompress } from "./decompress.ts";

await describeOnServers("backups", (server) => {
  let folder = "";
  const databases: string[] = [];

  async function blog(prefix: string): Promise<string> {
    const database = await createBlog(server, prefix);
    databases.push(database);
    return database;
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pgstow-seed-"));
  });

  afterAll(async () => {
    for (const database of databases) await server.dropDatabase(database);
    await rm(folder, { recursive: true });
  });

  it("are created, and hold the schema and the data", async () => {
    const database = await blog("seed_source");
    const manager = new BackupManager(join(folder, "create"));
    const backup = await manager.createBackup(remoteOf(server, "test_remote", database), { label: "first", tags: ["seed"] });
    expect(existsSync(backup.file)).toBe(true);
    expect(backup.file).toMatch(new RegExp(`/test_remote/${database}-\\d{8}T\\d{6}Z-[0-9a-f]{6}\\.sql\\.zst$`));
    expect(backup).toMatchObject({
      remote: "test_remote",
      database,
      tables: 2,
      rows: 3200,
      label: "first",
      tags: ["seed"],
      verifications: [],
    });
    expect(backup.sizeBytes).toBeGreaterThan(0);
    expect(backup.checksum).toMatch(/^[0-9a-f]{64}$/);
    // Any zstd reads it; here it is Node's or the program's.
    const script = await decompress(backup.file);
    expect(script).toContain("CREATE TABLE blog.tb_user");
    expect(script).toContain("\tuser 200\t");
    // Another manager knows the same of it, from the archive alone.
    await rm(join(folder, "create", "test_remote", ".catalogue.json"));
    expect(await new BackupManager(join(folder, "create")).listBackups()).toEqual([backup]);
  });

  it("are restored with all their data", async () => {
    const [source, target] = [await blog("seed_from"), await server.createDatabase("seed_to")];
    databases.push(target);
    const manager = new BackupManager(join(folder, "restore"));
    const backup = await manager.createBackup(remoteOf(server, "source", source));
    const report = await manager.restoreBackup(backup, remoteOf(server, "target", target));
    expect(report).toMatchObject({ database: target, rows: 3200 });
    expect(await countUsers(server, target)).toBe(200);
    expect(await allUsers(server, target)).toEqual(await allUsers(server, source));
  });

  it("take a failed deployment back", async () => {
    const database = await blog("seed_rollback");
    const manager = new BackupManager(join(folder, "rollback"));
    const remote = remoteOf(server, "rollback_test", database);
    const before = await allUsers(server, database);
    const backup = await manager.createBackup(remote);
    await server.query(
      database,
      "DELETE FROM blog.tb_post; DELETE FROM blog.tb_user WHERE id % 3 = 0; ALTER TABLE blog.tb_user ADD extra text",
    );
    expect(await countUsers(server, database)).not.toBe(200);
    await manager.restoreBackup(backup, remote, { replace: true });
    expect(await allUsers(server, database)).toEqual(before);
  });

  it("have commands", async () => {
    const database = await blog("seed_commands");
    const project = await mkdtemp(join(folder, "project-"));
    await writeFile(join(project, "pgstow.config.yaml"), "remotes:\n  staging:\n    url: ${DATABASE_URL}\n    environment: staging\n");
    const pgstow = (...args: string[]) => runPgstow(["backup", ...args], { cwd: project, env: { DATABASE_URL: server.url(database) } });

    expect(await pgstow("list", "--remote", "staging")).toEqual({ code: 0, stdout: "There are no backups yet.\n", stderr: "" });
    const created = await pgstow("create", "--remote", "staging");
    expect(created).toMatchObject({ code: 0, stderr: "" });
    expect(created.stdout).toContain("Backup created: ");
    const listed = await pgstow("list", "--remote", "staging", "--json");
    const { backups } = JSON.parse(listed.stdout) as { backups: { id: string; database: string; file: string }[] };
    expect(backups).toMatchObject([{ database, remote: "staging", rows: 3200 }]);
    expect(created.stdout).toContain(backups[0]?.id);
    // The file is where it says, and its name holds no secret.
    expect(execFileSync("ls", [join(project, "backups", "staging")], { encoding: "utf8" })).toContain(backups[0]?.id);
    expect(await pgstow("verify", "--remote", "staging")).toMatchObject({ code: 0, stderr: "" });
    await server.query(database, "DROP TABLE blog.tb_post CASCADE");
    const restored = await pgstow("restore", "--remote", "staging", "latest", "--replace", "--yes");
    expect(restored).toMatchObject({ code: 0 });
    expect(await countUsers(server, database)).toBe(200);
  });
});
