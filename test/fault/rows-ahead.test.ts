import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openLatencyProxy } from "../../bench/latency-proxy.ts";
import { RowsAhead } from "../../src/copy/rows-ahead.ts";
import { openCatalogSession } from "../../src/postgres/catalog-session.ts";
import type { CatalogSession } from "../../src/postgres/catalog-session.ts";
import { resolveSettings } from "../../src/postgres/settings.ts";
import { runPgstow } from "../cli/pgstow.ts";
import { describeOnServers } from "../support/server.ts";

const TABLES = 60;

await describeOnServers("rows that are asked for ahead", (server) => {
  let database = "";
  let folder = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pgstow-ahead-"));
    database = await server.createDatabase("ahead");
    const tables = Array.from({ length: TABLES }, (_, at) => {
      const name = `t${String(at).padStart(2, "0")}`;
      return `CREATE TABLE ${name} (i integer); INSERT INTO ${name} SELECT g FROM generate_series(1, ${String(at)}) g;`;
    });
    await server.query(database, tables.join("\n"));
  });

  afterAll(async () => {
    await server.dropDatabase(database);
    await rm(folder, { recursive: true });
  });

  async function withSession<T>(url: string, work: (session: CatalogSession) => Promise<T>): Promise<T> {
    const session = await openCatalogSession(await resolveSettings({ dbname: url }, {}));
    try {
      return await work(session);
    } finally {
      await session.close();
    }
  }

  async function rowsOfNext(rows: RowsAhead): Promise<number> {
    let count = 0;
    for await (const batch of rows.next()) count += batch.rows;
    return count;
  }

  const copies = Array.from({ length: TABLES }, (_, at) => `COPY public.t${String(at).padStart(2, "0")} TO STDOUT`);

  it("come in order, in one round trip for all tables, also through a far-away link", async () => {
    const proxy = await openLatencyProxy({ host: server.host, port: server.port }, 20);
    try {
      await withSession(proxy.url(server.url(database)), async (session) => {
        const before = session.roundTrips;
        const rows = new RowsAhead(session, copies);
        const counts: number[] = [];
        for (let at = 0; at < TABLES; at++) counts.push(await rowsOfNext(rows));
        expect(counts).toEqual(Array.from({ length: TABLES }, (_, at) => at));
        expect(session.roundTrips - before).toBe(1);
        expect(await session.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
      });
    } finally {
      await proxy.close();
    }
  });

  it("are each the error's of their own statement", async () => {
    await withSession(server.url(database), async (session) => {
      const rows = new RowsAhead(session, [copies[1] ?? "", "COPY (SELECT 1 / (3 - i) FROM public.t05) TO STDOUT", copies[2] ?? ""]);
      expect(await rowsOfNext(rows)).toBe(1);
      await expect(rowsOfNext(rows)).rejects.toMatchObject({ code: "server", context: { sqlstate: "22012" } });
    });
  });

  it("hold the server back while nobody takes them", async () => {
    const large = "COPY (SELECT pg_catalog.repeat('z', 100000) FROM pg_catalog.generate_series(1, 2000)) TO STDOUT";
    await withSession(server.url(database), async (session) => {
      const rows = new RowsAhead(session, [copies[1] ?? "", large, copies[2] ?? ""]);
      expect(await rowsOfNext(rows)).toBe(1);
      const before = process.memoryUsage().arrayBuffers;
      let count = 0;
      for await (const batch of rows.next()) {
        count += batch.rows;
        await new Promise((resolve) => setTimeout(resolve, 1));
        expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(60e6);
      }
      expect(count).toBe(2000);
      expect(await rowsOfNext(rows)).toBe(2);
    });
  });

  it("a table that fails in the middle is named, and the dump leaves nothing", async () => {
    const broken = await server.createDatabase("ahead_broken", { template: database });
    try {
      await server.query(
        broken,
        `CREATE FUNCTION fails() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no rows today'; END $$;
         CREATE POLICY p ON t30 USING (fails()); ALTER TABLE t30 ENABLE ROW LEVEL SECURITY;
         CREATE ROLE ${broken} LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${broken}`,
      );
      const url = new URL(server.url(broken));
      url.username = broken;
      const { code, stderr } = await runPgstow(["dump", "--enable-row-security", "-d", url.href, "-f", join(folder, "x.sql.zst")]);
      expect(code).toBe(1);
      expect(stderr).toMatch(/TABLE DATA public\.t30: no rows today/);
      expect(await readdir(folder)).toEqual([]);
    } finally {
      await server.dropDatabase(broken);
      await server.query("postgres", `DROP ROLE ${broken}`);
    }
  });
});
