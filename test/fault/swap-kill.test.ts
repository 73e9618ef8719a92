import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { runPgstow, startPgstow } from "../cli/pgstow.ts";
import { describeOnServers } from "../support/server.ts";
import { createTarget, dropAll, keptOf, NEW, OLD, stagingOf, totalIn, uniqueName, writeNewArchive } from "./swap-shop.ts";

/** Moments at which the program is killed: from about when it begins its work to about its end. */
const MOMENTS = 5;

await describeOnServers("a swap by the program", (server) => {
  let folder = "";
  let archive = "";
  let target = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pgstow-swap-kill-"));
    archive = join(folder, "new.sql.zst");
    await writeNewArchive(server, archive);
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  beforeEach(async () => {
    target = uniqueName("swap_kill");
    await createTarget(server, target);
  });

  afterEach(async () => {
    await dropAll(server, target);
  });

  const args = (...more: string[]) => ["restore", "--swap", "-d", server.url(target), ...more, archive];

  /** Resolves when nobody is connected to the database any more: whom the server still works for is not gone. */
  async function deserted(): Promise<void> {
    const somebody = `SELECT FROM pg_stat_activity WHERE application_name = 'pgstow'
      AND (datname LIKE '${target}%' OR query LIKE '%${target}%')`;
    while ((await server.query("postgres", somebody)).length > 0) await sleep(20);
  }

  it("that is killed at any moment leaves the old database or the new one, whole", async () => {
    const started = performance.now();
    expect(await runPgstow(args("--drop-old"))).toMatchObject({ code: 0 });
    const tookMs = performance.now() - started;
    expect(await totalIn(server, target)).toEqual(NEW);
    await server.query(target, "UPDATE account SET balance = 77 WHERE id = 1");
    for (let moment = 1; moment <= MOMENTS; moment++) {
      const running = startPgstow(args());
      // The first part is the program's own start.
      await Promise.race([sleep(tookMs * (0.25 + (0.75 * moment) / MOMENTS)), running.result]);
      running.child.kill("SIGKILL");
      await running.result;
      await deserted();
      const [kept] = await keptOf(server, target);
      expect(await totalIn(server, target)).toEqual(kept === undefined ? OLD : NEW);
      if (kept !== undefined) {
        expect(await totalIn(server, kept)).toEqual(OLD);
        expect(await stagingOf(server, target)).toEqual([]);
        await server.dropDatabase(target);
        await server.query("postgres", `ALTER DATABASE "${kept}" RENAME TO "${target}"`);
      }
      for (const name of await stagingOf(server, target)) await server.dropDatabase(name);
    }
  });

  it("that is killed while it restores leaves a database of which the next one tells", async () => {
    await killAfterItMade();
    const [left] = await stagingOf(server, target);
    expect(await totalIn(server, target)).toEqual(OLD);
    const { code, stdout, stderr } = await runPgstow(args());
    expect(code).toBe(0);
    expect(stderr.split("\n")).toEqual([
      `pgstow: warning: databases of earlier swaps that were cut off are still there: "${left ?? ""}"`,
      `pgstow: hint: Unless a swap is under way: DROP DATABASE "${left ?? ""}";`,
      "",
    ]);
    const [kept] = await keptOf(server, target);
    expect(stdout).toBe(
      `Database ${target} is the restored one; the old one is kept as ${kept ?? ""}\nTo drop it: pgstow restore --drop-old -d ${target} (and the connection options of this run)\n`,
    );
    expect(await totalIn(server, target)).toEqual(NEW);

    const dropOld = ["restore", "--drop-old", "-d", server.url(target)];
    await server.query("postgres", `ALTER DATABASE ${target} RENAME TO ${target}_aside`);
    expect(await runPgstow(dropOld)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`there is no database "${target}", so the old ones of its swaps are not dropped`) as string,
    });
    await server.query("postgres", `ALTER DATABASE ${target}_aside RENAME TO ${target}`);
    expect(await runPgstow(dropOld)).toEqual({ code: 0, stdout: `Dropped database ${kept ?? ""}\n`, stderr: "" });
    expect(await keptOf(server, target)).toEqual([]);
    expect(await runPgstow(dropOld)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`no swap of database "${target}" has kept an old one`) as string,
    });
    expect(await totalIn(server, target)).toEqual(NEW);
  });

  it.each(["SIGINT", "SIGTERM"] as const)("that gets a %s drops what it has made", async (signal) => {
    const running = startPgstow(args("--swap-timeout=10min"));
    await server.query(target, `BEGIN; CREATE TABLE prepared (); PREPARE TRANSACTION '${target}'`);
    await made(running);
    running.child.kill(signal);
    const { code, stdout, stderr } = await running.result;
    await server.query(target, `ROLLBACK PREPARED '${target}'`);
    expect({ code, stdout, stderr }).toEqual({
      code: signal === "SIGINT" ? 130 : 143,
      stdout: "",
      stderr: expect.stringContaining(`interrupted by ${signal}`) as string,
    });
    expect(await stagingOf(server, target)).toEqual([]);
    expect(await totalIn(server, target)).toEqual(OLD);
  });

  /** Resolves when the new database is there. */
  async function made(running: ReturnType<typeof startPgstow>): Promise<void> {
    const over = running.result.then(() => true);
    const wait = () => Promise.race([over, sleep(10)]);
    while ((await stagingOf(server, target)).length === 0 && (await wait()) !== true);
  }

  /** Kills it in the middle: a prepared transaction keeps it from coming to its end before. */
  async function killAfterItMade(): Promise<void> {
    await server.query(target, `BEGIN; CREATE TABLE prepared (); PREPARE TRANSACTION '${target}'`);
    const running = startPgstow(args());
    await made(running);
    running.child.kill("SIGKILL");
    await running.result;
    await deserted();
    await server.query(target, `ROLLBACK PREPARED '${target}'`);
  }
});
