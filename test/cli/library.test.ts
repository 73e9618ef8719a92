import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dump, dumpAll, openArchive, PgstowError, type Progress, restore, verify } from "../../src/index.ts";
import { describeOnServers } from "../support/server.ts";

await describeOnServers("the library", (server) => {
  let folder = "";
  let source = "";
  let target = "";
  const inFolder = (name: string) => join(folder, name);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pgstow-library-"));
    source = await server.createDatabase("library_source");
    target = await server.createDatabase("library_target");
    await server.query(
      source,
      "CREATE TABLE t (i integer PRIMARY KEY, x text); INSERT INTO t SELECT i, repeat('x', i % 100) FROM generate_series(1, 20000) AS i",
    );
  });

  afterAll(async () => {
    await server.dropDatabase(source);
    await server.dropDatabase(target);
    await rm(folder, { recursive: true });
  });

  it("dumps, verifies, reads and restores", async () => {
    const progress: Progress[] = [];
    const file = inFolder("t.sql.zst");
    const dumped = await dump({ connection: server.url(source), file, environment: {}, onProgress: (step) => progress.push(step) });
    expect(dumped).toMatchObject({ rows: 20000, tables: 1, diagnostics: [], metadata: { database: source } });
    expect(progress.at(-1)).toMatchObject({ phase: "finish", rows: 20000, rawBytes: dumped.rawBytes });
    expect(progress.at(-1)?.rawBytesTotal).toBeGreaterThan(dumped.rawBytes / 10);

    expect((await verify(file)).fingerprint).toBe(dumped.fingerprint);

    const archive = await openArchive(file);
    try {
      const rows = archive.entries.find(({ kind }) => kind === "TABLE DATA");
      expect(rows).toMatchObject({ schema: "public", tag: "t" });
      expect(archive.sizes.get(rows?.dumpId ?? 0)).toMatchObject({ rows: 20000, rawBytes: dumped.rawBytes });
    } finally {
      await archive.close();
    }

    const restored = await restore({ archive: file, connection: server.url(target), environment: {} });
    expect(restored).toMatchObject({ rows: 20000, rawBytes: dumped.rawBytes, fingerprint: dumped.fingerprint, diagnostics: [] });
    expect(await server.query(target, "SELECT count(*)::integer AS rows, sum(length(x))::integer AS length FROM t")).toEqual(
      await server.query(source, "SELECT count(*)::integer AS rows, sum(length(x))::integer AS length FROM t"),
    );
  });

  it("dumps to a stream, which it leaves open, as an archive unless told otherwise", async () => {
    const whole = async (format?: "plain") => {
      const output = new PassThrough();
      const parts: Buffer[] = [];
      output.on("data", (part: Buffer) => parts.push(part));
      await dump({ connection: server.url(source), output, environment: {}, ...(format === undefined ? {} : { format }) });
      expect(output.writableEnded).toBe(false);
      return Buffer.concat(parts);
    };
    expect((await whole()).subarray(8, 14).toString()).toBe("PGSTOW");
    expect((await whole("plain")).toString()).toContain("COPY public.t (i, x) FROM stdin;\n1\tx\n");
  });

  it("fails when the stream fails", async () => {
    const output = new Writable({ write: (_chunk, _encoding, callback) => callback(new Error("no more room")) });
    await expect(dump({ connection: server.url(source), output, environment: {} })).rejects.toMatchObject({
      code: "file",
      message: 'could not write to "output": no more room',
    });
  });

  it("is aborted by a signal, and leaves nothing", async () => {
    const controller = new AbortController();
    const onProgress = ({ rows }: Progress) => {
      if (rows > 0) controller.abort();
    };
    const options = { signal: controller.signal, onProgress, environment: {} };
    await expect(dump({ connection: server.url(source), file: inFolder("aborted.sql.zst"), ...options })).rejects.toMatchObject({
      code: "aborted",
    });
    expect((await readdir(folder)).filter((name) => name.startsWith("aborted"))).toEqual([]);
  });

  it("says when it was a time limit that ended it", async () => {
    const limited = dump({
      connection: server.url(source),
      file: inFolder("late.sql.zst"),
      signal: AbortSignal.timeout(0),
      environment: {},
    });
    await expect(limited).rejects.toMatchObject({ code: "aborted", message: "aborted: the time limit has passed" });
    expect((await readdir(folder)).filter((name) => name.startsWith("late"))).toEqual([]);
  });

  it("restores nothing when it is aborted half way", async () => {
    const empty = await server.createDatabase("library_empty");
    try {
      await dump({ connection: server.url(source), file: inFolder("again.sql.zst"), environment: {} });
      const controller = new AbortController();
      const onProgress = ({ phase, rows }: Progress) => {
        if (phase === "restore" && rows > 0) controller.abort();
      };
      await expect(
        restore({
          archive: inFolder("again.sql.zst"),
          connection: server.url(empty),
          signal: controller.signal,
          onProgress,
          environment: {},
        }),
      ).rejects.toMatchObject({ code: "aborted" });
      expect(await server.query(empty, "SELECT to_regclass('public.t') AS t")).toEqual([{ t: null }]);
    } finally {
      await server.dropDatabase(empty);
    }
  });

  it("throws errors with a code, a hint and a context", async () => {
    const error: unknown = await restore({ archive: inFolder("t.sql.zst"), connection: server.url(target), environment: {} }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(PgstowError);
    expect(error).toMatchObject({ code: "server", context: { entry: "TABLE public.t", sqlstate: "42P07" } });

    await expect(dump({ connection: server.url(source), file: inFolder("t.sql.zst"), environment: {} })).rejects.toMatchObject({
      code: "exists",
    });
    await expect(dump({ connection: server.url(source), environment: {} })).rejects.toMatchObject({ code: "usage" });
    await expect(dump({ connection: server.url("nowhere"), file: inFolder("x.sql"), environment: {} })).rejects.toMatchObject({
      code: "connection",
    });
    const nowhere = { connection: server.url("nowhere"), file: inFolder("x.sql"), environment: {}, lockWaitTimeout: "soon" };
    for (const refused of [dump(nowhere), dumpAll(nowhere)]) {
      await expect(refused).rejects.toMatchObject({ code: "usage", message: 'invalid value "soon" for lockWaitTimeout' });
    }
    expect(await readdir(folder)).not.toContain("x.sql");
  });

  it("prints nothing and takes the format from the name", async () => {
    await dump({ connection: server.url(source), file: inFolder("t.sql"), environment: {}, restrictKey: "k" });
    expect(await readFile(inFolder("t.sql"), "utf8")).toMatch(/^--\n-- PostgreSQL database dump\n--\n/);
  });
});
