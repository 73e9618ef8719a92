import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { BackupManager } from "../../src/index.ts";
import { runPgstow } from "../cli/pgstow.ts";
import { dropAll, keptOf, stagingOf } from "../fault/swap-shop.ts";
import { wantedMajors } from "../support/majors.ts";
import { describeOnServers } from "../support/server.ts";
import { allUsers, createBlog, remoteOf } from "./shop.ts";

await describeOnServers("a backup that is swapped in", (server) => {
  let folder = "";
  let database = "";
  let users: unknown;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pgstow-backup-swap-"));
    database = await createBlog(server, "swap");
    users = await allUsers(server, database);
    const config = `store: ${join(folder, "backups")}\nremotes:\n  staging:\n    url: ${server.url(database)}\n`;
    await writeFile(join(folder, "pgstow.config.yaml"), config);
  });

  afterAll(async () => {
    await dropAll(server, database);
    await rm(folder, { recursive: true });
  });

  it("takes the place of a database that is in use, by the program and by the library", async () => {
    expect(await runPgstow(["backup", "create"], { cwd: folder })).toMatchObject({ code: 0 });
    const visitor = new pg.Client({ connectionString: server.url(database) });
    visitor.on("error", () => undefined);
    await visitor.connect();
    await visitor.query("BEGIN; UPDATE blog.tb_user SET name = name || '!'");
    const { code, stdout } = await runPgstow(["backup", "restore", "--swap", "-j3", "--yes"], { cwd: folder });
    const [kept] = await keptOf(server, database);
    expect({ code, last: stdout.split("\n").slice(-3) }).toEqual({
      code: 0,
      last: [
        `Database ${database} is the restored one; the old one is kept as ${kept ?? ""}`,
        `To drop it: pgstow restore --drop-old -d ${database} (and the connection options of this run)`,
        "",
      ],
    });
    expect(await allUsers(server, database)).toEqual(users);
    await visitor.end();

    const manager = new BackupManager(join(folder, "backups"));
    const [backup] = await manager.listBackups();
    const remote = remoteOf(server, "staging", database);
    const report = await manager.restoreBackup(backup!, remote, { swap: { dropOld: true }, backupFirst: true });
    expect(report).toMatchObject({ database, oldDatabase: null, backedUp: { database } });
    expect(await allUsers(server, database)).toEqual(users);
    expect(await keptOf(server, database)).toEqual([kept]);
    expect(await stagingOf(server, database)).toEqual([]);
    await manager.close();
  });

  // The server has no part in it.
  if (server.major !== wantedMajors()[0]) return;
  it.each([
    [["--swap", "--replace"], "options --swap and --replace cannot be used together"],
    [["--swap", "--into", "x"], "options --swap and --into cannot be used together"],
    [["--swap", "-t", "x"], "option --swap takes the whole backup"],
    [["--drop-old"], "option --drop-old requires option --swap"],
    [["-j2"], "option --jobs requires option --swap"],
  ])("is refused with %j", async (args, message) => {
    const { code, stderr } = await runPgstow(["backup", "restore", "--yes", ...args], { cwd: folder });
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(`pgstow: error: ${message}`) as string });
  });
});
