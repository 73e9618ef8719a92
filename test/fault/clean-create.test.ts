import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dump, restore } from "../../src/index.ts";
import { describeOnServers } from "../support/server.ts";
import { uniqueName } from "./swap-shop.ts";

await describeOnServers("a restore that drops the database and makes it anew", (server) => {
  let folder = "";
  let source = "";
  const role = uniqueName("pgstow_gone");

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pgstow-clean-create-"));
    source = await server.createDatabase("clean_create");
  });

  afterAll(async () => {
    await server.dropDatabase(source);
    await rm(folder, { recursive: true });
  });

  it("says, when it fails, whether there was a database that is gone now", async () => {
    const file = join(folder, "source.dump");
    await server.query("postgres", `CREATE ROLE ${role}`);
    await server.query(source, `CREATE TABLE its (); ALTER TABLE its OWNER TO ${role}`);
    await dump({ connection: server.url(source), file, format: "custom" });
    await server.query(source, "DROP TABLE its");
    await server.query("postgres", `DROP ROLE ${role}`);
    const again = () => restore({ archive: file, connection: server.url("postgres"), create: true, clean: true, ifExists: true });
    await expect(again()).rejects.toThrow(/role ".*" does not exist; the database that was dropped first is gone$/);
    await expect(again()).rejects.toThrow(/role ".*" does not exist; nothing was changed$/);
    expect(await server.query("postgres", `SELECT FROM pg_database WHERE datname = '${source}'`)).toEqual([]);
  });
});
