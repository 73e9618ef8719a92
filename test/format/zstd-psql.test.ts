import { spawnSync } from "node:child_process";

import { afterAll, beforeAll, expect, test } from "vitest";

import { clientEnvironment } from "../support/programs.ts";
import { hasProgram, normalizeDump, pgDump } from "../support/oracle.ts";
import { createSampleRoles, hasSample, readSample, whyNoSamples } from "../support/samples.ts";
import { describeOnServers } from "../support/server.ts";
import { entryOf, largeObjectsOf, rowsOf } from "./material.ts";
import { parseScript } from "./sample-entries.ts";
import { stowBytes } from "./small-archive.ts";
import type { Content } from "./small-archive.ts";

const missing = ["zstd", "psql"].filter((program) => spawnSync(program, ["--version"]).status !== 0);
const noSamples = await whyNoSamples();
const canDump15 = await hasProgram("pg_dump", 15);

const object = Uint8Array.from({ length: 40000 }, (_, at) => (at * 7) & 255);
const rows = Array.from({ length: 500 }, (_, at) => `${at}\trow \\\\ ${at} 🐘\n`);

/** Several chunks of one table, large objects in several frames, an index at the end. */
const content: Content = {
  entries: [
    entryOf({
      dumpId: 1,
      kind: "TABLE",
      owner: "postgres",
      create: "CREATE TABLE public.t (\n    a integer,\n    b text\n);\n",
      drop: "DROP TABLE public.t;\n",
      tablespace: "",
      tableAccessMethod: "heap",
      relkind: "r",
    }),
    entryOf({
      dumpId: 2,
      kind: "BLOB METADATA",
      tag: "5001..5002",
      schema: null,
      owner: "postgres",
      section: "data",
      create: "SELECT pg_catalog.lo_create('5001');\nSELECT pg_catalog.lo_create('5002');",
      drop: "SELECT pg_catalog.lo_unlink('5001');\nSELECT pg_catalog.lo_unlink('5002');\n",
    }),
    entryOf({ dumpId: 3, kind: "TABLE DATA", section: "data", copy: "COPY public.t (a, b) FROM stdin;\n", data: "rows" }),
    entryOf({ dumpId: 4, kind: "BLOBS", tag: "5001..5002", schema: null, section: "data", data: "large-objects" }),
    entryOf({
      dumpId: 5,
      kind: "INDEX",
      tag: "i",
      section: "post-data",
      create: "CREATE UNIQUE INDEX i ON public.t USING btree (a);\n",
      tablespace: "",
    }),
  ],
  data: (entry) =>
    entry.data === "rows"
      ? rowsOf(...rows)
      : largeObjectsOf(
          { oid: 5001, bytes: object, first: true, last: true },
          { oid: 5002, bytes: new Uint8Array(0), first: true, last: true },
        ),
};

/** Restores with nothing but zstd and psql; gives what psql said on its standard error. */
function restore(archive: Uint8Array, url: string, ...psqlOptions: string[]): string {
  const script = spawnSync("zstd", ["-dc"], { input: archive, maxBuffer: 1 << 30 });
  expect(script.stderr.toString()).toBe("");
  const psql = spawnSync("psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", ...psqlOptions, "-d", url], {
    input: script.stdout,
    env: clientEnvironment(),
    maxBuffer: 1 << 30,
  });
  return psql.stderr.toString() + (psql.status === 0 ? "" : ` exit code ${psql.status}`);
}

await describeOnServers("a stow archive, with zstd and psql alone", (server) => {
  let database = "";
  beforeAll(async () => {
    database = await server.createDatabase("zstd_psql");
  });
  afterAll(() => server.dropDatabase(database));

  const check = async (): Promise<void> => {
    expect(await server.query(database, "SELECT count(*)::int AS n, count(DISTINCT b)::int AS different FROM t")).toEqual([
      { n: 500, different: 500 },
    ]);
    expect(await server.query(database, "SELECT b FROM t WHERE a = 7")).toEqual([{ b: "row \\ 7 🐘" }]);
    expect(await server.query(database, "SELECT lo_get(5001) AS whole, length(lo_get(5002)) AS none")).toEqual([
      { whole: Buffer.from(object), none: 0 },
    ]);
  };
  const clear = (): Promise<unknown> => server.query(database, "DROP TABLE t; SELECT lo_unlink(5001); SELECT lo_unlink(5002)");

  test.skipIf(missing.length > 0)("restores in one transaction (needs zstd and psql on PATH)", async () => {
    const archive = await stowBytes({ ...content, metadata: { serverVersionNum: server.major * 10000 } }, { chunkBytesMax: 4000 });
    expect(restore(archive, server.url(database), "-1")).toBe("");
    await check();
    await clear();
    expect(restore(archive, server.url(database))).toBe("");
    await check();
    await clear();
  });

  test.skipIf(missing.length > 0)("one bad row undoes all of it (needs zstd and psql on PATH)", async () => {
    const bad: Content = { ...content, data: (entry) => (entry.data === "rows" ? rowsOf(...rows, "0\tagain\n") : content.data(entry)) };
    const archive = await stowBytes({ ...bad, metadata: { serverVersionNum: server.major * 10000 } }, { chunkBytesMax: 4000 });
    expect(restore(archive, server.url(database), "-1")).toMatch(/could not create unique index/);
    expect(await server.query(database, "SELECT to_regclass('t') AS t, count(*)::int AS objects FROM pg_largeobject_metadata")).toEqual([
      { t: null, objects: 0 },
    ]);
  });
});

await describeOnServers(
  "a sample database through a stow archive, zstd and psql",
  (server) => {
    const why =
      noSamples ?? (canDump15 ? undefined : "no pg_dump 15 on PATH") ?? (missing.length > 0 ? `no ${missing.join(", ")}` : undefined);
    const title = `%s is dumped again as it was${why === undefined ? "" : ` (skipped: ${why})`}`;
    test.skipIf(why !== undefined || !hasSample("pagila", 15)).each(["airlines", "pagila"])(title, async (name) => {
      await createSampleRoles(server);
      const database = await server.createDatabase(name);
      try {
        const text = await readSample(name, 15);
        const sample = parseScript(text);
        const archive = await stowBytes(
          {
            entries: sample.entries,
            data: (entry) => rowsOf(sample.rows.get(entry.dumpId) ?? ""),
            metadata: { serverVersion: sample.serverVersion, serverVersionNum: 150000 },
          },
          { workers: 2 },
        );
        expect(restore(archive, server.url(database), "-1")).toBe("");
        expect(normalizeDump(await pgDump(15, server.url(database)))).toBe(normalizeDump(text));
      } finally {
        await server.dropDatabase(database);
      }
    });
  },
  [15],
);
