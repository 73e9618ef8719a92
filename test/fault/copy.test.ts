import { createHash } from "node:crypto";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { RowBatch } from "../../src/archive/archive.ts";
import { readLargeObjects } from "../../src/copy/large-objects.ts";
import { copyIn } from "../../src/copy/rows-in.ts";
import { copyOut } from "../../src/copy/rows-out.ts";
import { openCatalogSession } from "../../src/postgres/catalog-session.ts";
import type { CatalogSession } from "../../src/postgres/catalog-session.ts";
import { openDataChannel } from "../../src/postgres/data-channel.ts";
import type { DataChannel } from "../../src/postgres/data-channel.ts";
import { resolveSettings } from "../../src/postgres/settings.ts";
import type { ConnectionSettings } from "../../src/postgres/settings.ts";
import { beginReading, beginWithSnapshot, exportSnapshot, pinSession } from "../../src/postgres/snapshot.ts";
import { describeOnServers } from "../support/server.ts";

/** Sessions of this suite but the asking one: the server serves other suites meanwhile. */
const OTHERS = "datname = pg_catalog.current_database() AND pid <> pg_catalog.pg_backend_pid()";

async function gather(batches: AsyncIterable<RowBatch>): Promise<{ text: string; rows: number; batches: number }> {
  const parts: Uint8Array[] = [];
  let rows = 0;
  for await (const batch of batches) {
    expect(batch.bytes.at(-1)).toBe(0x0a);
    parts.push(batch.bytes);
    rows += batch.rows;
  }
  return { text: Buffer.concat(parts).toString(), rows, batches: parts.length };
}

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array, void, undefined> {
  for (const text of texts) {
    await Promise.resolve();
    yield Buffer.from(text);
  }
}

await describeOnServers("COPY", (server) => {
  let database = "";
  let settings: ConnectionSettings;
  const open: (DataChannel | CatalogSession)[] = [];

  beforeAll(async () => {
    database = await server.createDatabase("copy");
    settings = await resolveSettings({ dbname: server.url(database) }, {});
    await server.query(
      database,
      "CREATE TABLE many AS SELECT i AS id, pg_catalog.repeat('x', i % 200) AS text FROM pg_catalog.generate_series(1, 100000) i",
    );
    await server.query(database, "CREATE TABLE target (a int PRIMARY KEY, b text)");
  });
  afterEach(async () => {
    for (const session of open.splice(0)) await session.close();
    await server.query(database, "TRUNCATE target");
  });
  afterAll(() => server.dropDatabase(database));

  async function channel(signal?: AbortSignal): Promise<DataChannel> {
    const opened = await openDataChannel(settings, { signal });
    open.push(opened);
    return opened;
  }

  const expectAlive = async (over: DataChannel): Promise<void> =>
    expect((await over.query("SELECT 'alive' AS word")).rows).toEqual([{ word: "alive" }]);

  it("rows come out whole, whatever the batch size, one channel after the other", async () => {
    const over = await channel();
    const [expected] = (
      await over.query(
        "SELECT count(*) AS rows, pg_catalog.md5(pg_catalog.string_agg(id || E'\\t' || text || E'\\n', '' ORDER BY id)) AS md5 FROM many",
      )
    ).rows;
    for (const batchBytes of [1, 10_000, 1_048_576, 100_000_000]) {
      const found = await gather(copyOut(over, "COPY (SELECT * FROM many ORDER BY id) TO STDOUT", { batchBytes }));
      expect({ rows: String(found.rows), md5: createHash("md5").update(found.text).digest("hex") }).toEqual(expected);
      if (batchBytes === 100_000_000) expect(found.batches).toBe(1);
      if (batchBytes === 1_048_576) expect(found.batches).toBeGreaterThan(9);
    }
    expect(await gather(copyOut(over, "COPY target TO STDOUT"))).toEqual({ text: "", rows: 0, batches: 0 });
    await expectAlive(over);
  });

  it("a row far larger than a batch comes whole", async () => {
    const over = await channel();
    const found = await gather(copyOut(over, "COPY (SELECT pg_catalog.repeat('y', 30000000)) TO STDOUT"));
    expect(found.rows).toBe(1);
    expect(found.text.length).toBe(30_000_001);
  });

  it("a slow reader holds the server back instead of filling memory", async () => {
    const over = await channel();
    const watcher = await channel();
    const rows = copyOut(over, "COPY (SELECT pg_catalog.repeat('z', 100000) FROM pg_catalog.generate_series(1, 3000)) TO STDOUT");
    const first = await rows.next();
    expect(first.done).toBe(false);
    // The server waits for us to read, and goes on waiting: without back-pressure it would soon be done.
    for (let waiting = 0; waiting < 25;) {
      await sleep(20);
      const { rows: found } = await watcher.query(`SELECT state, wait_event FROM pg_stat_activity WHERE query LIKE 'COPY%' AND ${OTHERS}`);
      expect(found).toMatchObject([{ state: "active" }]);
      waiting = found[0]?.["wait_event"] === "ClientWrite" ? waiting + 1 : 0;
    }
    let count = first.done === true ? 0 : first.value.rows;
    for await (const batch of rows) count += batch.rows;
    expect(count).toBe(3000);
  });

  it("leaving early cancels the statement and keeps the channel", async () => {
    const over = await channel();
    for await (const batch of copyOut(over, "COPY (SELECT * FROM many, pg_catalog.generate_series(1, 10000)) TO STDOUT")) {
      expect(batch.rows).toBeGreaterThan(0);
      break;
    }
    await expectAlive(over);
  });

  it("errors before, amid and instead of rows are thrown and keep the channel", async () => {
    const over = await channel();
    await expect(gather(copyOut(over, "COPY nowhere TO STDOUT"))).rejects.toMatchObject({ code: "server", context: { sqlstate: "42P01" } });
    await expect(gather(copyOut(over, "COPY (SELECT 1 / (50000 - id) FROM many) TO STDOUT"))).rejects.toMatchObject({
      code: "server",
      message: "division by zero",
      context: { sqlstate: "22012" },
    });
    await expect(gather(copyOut(over, "SELECT 1"))).rejects.toThrow("the statement is not a COPY TO STDOUT: SELECT 1");
    await expect(over.query("SELECT 1;\nSELECT nowhere")).rejects.toMatchObject({ code: "server", context: { position: 18 } });
    await expectAlive(over);
  });

  it("a connection that is cut amid the rows is an error, never a short table", async () => {
    const sockets: Socket[] = [];
    const proxy = createServer((near) => {
      const far = connect(server.port, server.host);
      let passed = 0;
      far.on("data", (chunk) => {
        passed += chunk.length;
        near.write(chunk);
        if (passed > 3_000_000) near.end();
      });
      near.on("data", (chunk) => far.write(chunk));
      sockets.push(near, far);
      for (const socket of [near, far]) socket.on("error", () => undefined);
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const { port } = proxy.address() as AddressInfo;
    const host = { ...settings.hosts[0]!, host: "127.0.0.1", address: undefined, socketFolder: false, port };
    const over = await openDataChannel({ ...settings, hosts: [host] });
    await expect(gather(copyOut(over, "COPY many TO STDOUT"))).rejects.toMatchObject({ code: "connection-lost" });
    await over.close();
    sockets.forEach((socket) => socket.destroy());
    proxy.close();
  });

  it("a backend that is terminated amid the rows gives the server's words", async () => {
    const over = await channel();
    const other = await channel();
    const rows = copyOut(over, "COPY (SELECT * FROM many, pg_catalog.generate_series(1, 10000)) TO STDOUT");
    await rows.next();
    await other.query(
      `SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE query LIKE 'COPY%' AND ${OTHERS}`,
    );
    await expect(gather(rows)).rejects.toMatchObject({ code: "connection-lost" });
  });

  it("an abort ends the statement on the server too", async () => {
    const controller = new AbortController();
    const over = await channel(controller.signal);
    const other = await channel();
    const rows = copyOut(over, "COPY (SELECT pg_catalog.pg_sleep(1000)) TO STDOUT");
    const next = rows.next();
    const running = async (): Promise<number> =>
      (await other.query(`SELECT 1 FROM pg_stat_activity WHERE query LIKE 'COPY%pg_sleep(1000)%' AND ${OTHERS}`)).rows.length;
    while ((await running()) === 0) await sleep(20);
    controller.abort();
    await expect(next).rejects.toMatchObject({ code: "aborted" });
    while ((await running()) > 0) await sleep(20);
  });

  it("closing ends what still runs, on the server too", async () => {
    const other = await channel();
    for (const session of [await openDataChannel(settings), await openCatalogSession(settings)]) {
      const sleeping = expect(session.query("SELECT pg_catalog.pg_sleep(1001)")).rejects.toMatchObject({ context: { sqlstate: "57014" } });
      const running = async (): Promise<number> =>
        (await other.query(`SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(1001)%' AND ${OTHERS}`)).rows.length;
      while ((await running()) === 0) await sleep(20);
      await session.close();
      await sleeping;
      while ((await running()) > 0) await sleep(20);
    }
  });

  it("rows go in from pieces that are cut anywhere", async () => {
    const over = await channel();
    expect(await copyIn(over, "COPY target FROM STDIN", pieces("1\ta", "\n2\t", "\\N\n", "3\tc\n"))).toBe(3);
    expect(await copyIn(over, "COPY target FROM STDIN", pieces())).toBe(0);
    expect((await over.query("SELECT * FROM target ORDER BY a")).rows).toEqual([
      { a: "1", b: "a" },
      { a: "2", b: null },
      { a: "3", b: "c" },
    ]);
  });

  it("a refused row stops the writing, with table, line and column", async () => {
    const over = await channel();
    let written = 0;
    async function* endless(): AsyncGenerator<Uint8Array, void, undefined> {
      yield* pieces("1\ta\n2\tb\nx\tc\n");
      for (;;) {
        written++;
        await sleep(0);
        yield Buffer.alloc(60_000, "4\tdddddd\n");
      }
    }
    await expect(copyIn(over, "COPY target FROM STDIN", endless())).rejects.toMatchObject({
      code: "server",
      context: { sqlstate: "22P02", where: 'COPY target, line 3, column a: "x"', row: 3 },
    });
    expect(written).toBeGreaterThan(0);
    await expectAlive(over);
    expect((await over.query("SELECT * FROM target")).rows).toEqual([]);
  });

  it("a source that fails calls the COPY off and is what is thrown", async () => {
    const over = await channel();
    async function* failing(): AsyncGenerator<Uint8Array, void, undefined> {
      yield* pieces("1\ta\n");
      throw new Error("the archive is damaged");
    }
    await expect(copyIn(over, "COPY target FROM STDIN", failing())).rejects.toThrow("the archive is damaged");
    await expect(copyIn(over, "SELECT 1", pieces())).rejects.toThrow("the statement is not a COPY FROM STDIN: SELECT 1");
    await expect(copyIn(over, "COPY nowhere FROM STDIN", pieces())).rejects.toMatchObject({ context: { sqlstate: "42P01" } });
    await expectAlive(over);
    expect((await over.query("SELECT * FROM target")).rows).toEqual([]);
  });

  describe("snapshots and large objects", () => {
    async function session(): Promise<CatalogSession> {
      const opened = await openCatalogSession(settings);
      open.push(opened);
      return opened;
    }

    it("a lock comes before the snapshot, and channels see what the exporting session sees", async () => {
      const catalog = await session();
      const over = await channel();
      const other = await channel();
      await other.query("INSERT INTO target VALUES (1, 'before')");
      await pinSession(catalog, { rowSecurity: false });
      await pinSession(over, { rowSecurity: false, clientEncoding: "UTF8", role: "postgres" });
      await beginReading(catalog);
      await catalog.query("LOCK TABLE public.many IN ACCESS SHARE MODE");
      // The lock took no snapshot: this row is still seen.
      await other.query("INSERT INTO target VALUES (2, 'between lock and snapshot')");
      const snapshot = await exportSnapshot(catalog);
      await other.query("INSERT INTO target VALUES (3, 'after')");
      await beginWithSnapshot(over, snapshot);
      expect((await gather(copyOut(over, "COPY public.target (a) TO STDOUT"))).text).toBe("1\n2\n");
      expect(await catalog.query("SELECT a FROM public.target ORDER BY a")).toEqual([{ a: 1 }, { a: 2 }]);
    });

    it("pinned sessions print values alike, whatever the role's own settings are", async () => {
      const catalog = await session();
      const names =
        "DateStyle,IntervalStyle,extra_float_digits,search_path,row_security,synchronize_seqscans,statement_timeout,lock_timeout";
      await catalog.query(
        "SET DateStyle = German; SET IntervalStyle = iso_8601; SET extra_float_digits = 0; SET search_path = public; SET statement_timeout = 99999",
      );
      await pinSession(catalog, { rowSecurity: true });
      const values = await Promise.all(names.split(",").map((name) => catalog.query<Record<string, string>>(`SHOW ${name}`)));
      expect(values.map(([row]) => Object.values(row ?? {})[0])).toEqual(["ISO, DMY", "postgres", "3", "", "on", "off", "0", "0"]);
      const later = await catalog.query(
        "SELECT name, setting FROM pg_settings WHERE name IN ('transaction_timeout', 'restrict_nonsystem_relation_kind') ORDER BY name",
      );
      expect(later).toContainEqual({ name: "restrict_nonsystem_relation_kind", setting: "view, foreign-table" });
      if (server.major >= 17) expect(later).toContainEqual({ name: "transaction_timeout", setting: "0" });
    });

    it("large objects come in pieces: empty, on the edge of a piece, large", async () => {
      const over = await channel();
      await over.query(
        "SELECT pg_catalog.lo_from_bytea(100 + n::int, pg_catalog.decode(pg_catalog.repeat(pg_catalog.md5(n::text), size), 'hex')) " +
          "FROM unnest('{0,1,16383,16384,16385,32768,100000}'::int[]) WITH ORDINALITY AS u(size, n)",
      );
      await over.query("SET bytea_output = escape");
      const expected = (
        await over.query("SELECT oid, pg_catalog.md5(pg_catalog.lo_get(oid)) AS md5 FROM pg_largeobject_metadata ORDER BY oid DESC")
      ).rows;
      const found: { oid: string; md5: string }[] = [];
      let hash = createHash("md5");
      let count = 0;
      for await (const piece of readLargeObjects(
        over,
        expected.map(({ oid }) => Number(oid)),
      )) {
        if (piece.first) hash = createHash("md5");
        hash.update(piece.bytes);
        count++;
        if (piece.last) found.push({ oid: String(piece.oid), md5: hash.digest("hex") });
      }
      expect(found).toEqual(expected);
      expect(count).toBe(7 + 1 + 1 + 6);
    });

    it("a large object that is gone, or may not be read, is named", async () => {
      const over = await channel();
      const read = async (): Promise<void> => {
        for await (const piece of readLargeObjects(over, [4711])) expect(piece.oid).toBe(4711);
      };
      await expect(read()).rejects.toMatchObject({ code: "concurrent-change", message: "large object 4711 does not exist any more" });
      await over.query("SELECT pg_catalog.lo_create(4711); SET ROLE pg_monitor");
      await expect(read()).rejects.toMatchObject({ code: "privilege", context: { sqlstate: "42501" } });
    });
  });
});
