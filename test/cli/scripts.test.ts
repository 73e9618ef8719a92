import { createWriteStream } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compressLz4 } from "../../src/archive/compression/lz4.ts";
import { Compressor } from "../../src/archive/compression/codec.ts";
import { difference } from "../support/difference.ts";
import { hasProgram, pgDump } from "../support/oracle.ts";
import { runProgram } from "../support/run-program.ts";
import type { RunResult } from "../support/run-program.ts";
import { createSampleRoles, hasSample, readSample, sampleNames, whyNoSamples } from "../support/samples.ts";
import { describeOnServers } from "../support/server.ts";
import { builtProgram } from "./built-program.ts";

/** The real pg_dump of this major is the judge. */
const major = 15;
const isJudged = await hasProgram("pg_dump", major);
const missing = isJudged ? "" : ` (skipped: there is no pg_dump ${String(major)} here)`;
const noSamples = await whyNoSamples();

const demanding = `
  CREATE TABLE t (id integer PRIMARY KEY, note text);
  INSERT INTO t VALUES (1, E'\\\\.'), (2, ''), (3, NULL), (4, E'tab\\tline\\nback\\\\slash'), (5, 'größe; 🐘'), (6, '-- x'), (7, ':t :''t''');
  CREATE TABLE "se;mi ""colon" ("a:b" text DEFAULT ';', CHECK ("a:b" <> '/*'));
  INSERT INTO "se;mi ""colon" VALUES ('--'), ('$$');
  CREATE FUNCTION body() RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 2 ELSE 3 END; END;
  CREATE FUNCTION quoted() RETURNS text LANGUAGE plpgsql AS $_$ BEGIN RETURN $$;\\. '$$; END $_$;
  CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2);
  COMMENT ON TABLE t IS E'line one\\n\\\\! echo two;\\n\\\\.';
  CREATE MATERIALIZED VIEW seen AS SELECT count(*) FROM t;
  SELECT lo_from_bytea(4242, decode(repeat('00ff5c270a', 10000), 'hex'));
  SELECT lo_from_bytea(4243, '');
`;

await describeOnServers(
  `plain scripts${missing}`,
  (server) => {
    let folder: string;
    const databases: string[] = [];
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "pgstow-scripts-"));
    });
    afterAll(async () => {
      for (const database of databases) await server.dropDatabase(database);
      await rm(folder, { recursive: true });
    });

    async function emptyDatabase(): Promise<string> {
      const database = await server.createDatabase("script");
      databases.push(database);
      return database;
    }

    async function pgstow(args: readonly string[], input?: string | Uint8Array): Promise<RunResult> {
      const env = { PATH: process.env["PATH"], HOME: "/nonexistent" };
      return runProgram(process.execPath, [await builtProgram(), ...args], { cwd: folder, env, ...(input === undefined ? {} : { input }) });
    }

    const dumped = (database: string, ...args: string[]) => pgDump(major, server.url(database), ["--restrict-key=scripts", ...args]);
    const tables = async (database: string) =>
      (await server.query(database, "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1")).map(
        ({ relname }) => relname,
      );

    describe.skipIf(!isJudged)("a database of awkward names, bodies, rows and large objects", () => {
      let original: string;
      beforeAll(async () => {
        original = await emptyDatabase();
        await server.query(original, demanding);
      });

      test.each(["", "--inserts --disable-dollar-quoting", "--column-inserts --rows-per-insert=3"])(
        "comes back from pg_dump %s",
        async (options) => {
          await writeFile(join(folder, "awkward.sql"), await dumped(original, ...options.split(" ").filter(Boolean)));
          const copy = await emptyDatabase();
          expect(await pgstow(["restore", "-d", server.url(copy), "awkward.sql"])).toEqual({ code: 0, stdout: "", stderr: "" });
          expect(await difference(await dumped(original), await dumped(copy))).toBe("");
        },
      );

      test("comes back from each compression, from standard input, and through psql's face", async () => {
        const text = Buffer.from(await dumped(original));
        await writeFile(join(folder, "a.sql.gz"), gzipSync(text));
        await pipeline(compressLz4(inPieces(text)), createWriteStream(join(folder, "a.sql.lz4")));
        const compressor = new Compressor({ method: "zstd" }, "gzip");
        await pipeline(compressor.compress(inPieces(text)), createWriteStream(join(folder, "a.sql.zst")));
        await compressor.close();
        const ways: readonly ((url: string) => Promise<RunResult>)[] = [
          (url) => pgstow(["restore", "-d", url, "a.sql.gz"]),
          (url) => pgstow(["restore", "-d", url, "a.sql.lz4"]),
          (url) => pgstow(["restore", "-d", url, "a.sql.zst"]),
          (url) => pgstow(["restore", "-d", url, "-"], text),
          (url) => pgstow(["restore", "--no-single-transaction", "-d", url], text),
          (url) => pgstow(["face", "psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-o", "results-input", "-d", url], text),
          (url) => pgstow(["face", "psql", "-Xq", "-o", "results", "-d", url, "-f", "a.sql.gz"]),
        ];
        const restored = async (way: (url: string) => Promise<RunResult>) => {
          const copy = await emptyDatabase();
          expect(await way(server.url(copy))).toEqual({ code: 0, stdout: "", stderr: "" });
          expect(await difference(text.toString(), await dumped(copy))).toBe("");
        };
        for (let at = 0; at < ways.length; at += 2) await Promise.all(ways.slice(at, at + 2).map(restored));
      });

      test("comes back whole or not at all when the script is cut", async () => {
        const text = await dumped(original);
        const before = (words: string) => text.slice(0, text.indexOf(words));
        const cuts = [`${before("1\t\\\\.")}1\tx\n`, `${before("BEGIN RETURN")}BEGIN`, before("-- PostgreSQL database dump complete")];
        const fails = async (cut: string, at: number) => {
          const file = `cut-${String(at)}.sql`;
          await writeFile(join(folder, file), cut);
          const copy = await emptyDatabase();
          const { code, stderr } = await pgstow(["restore", "-d", server.url(copy), file]);
          expect(stderr).toMatch(/^pgstow: error: cut-\d\.sql:\d+: .*; nothing was changed\n/);
          expect(code).toBe(1);
          expect(await tables(copy)).toEqual([]);
        };
        await Promise.all(cuts.map(fails));
      });
    });

    describe.skipIf(!isJudged)("the sample databases", () => {
      for (const name of sampleNames.filter((each) => each === "pagila")) {
        const why = noSamples ?? (hasSample(name, major) ? undefined : `there is no ${name} of PostgreSQL ${String(major)}`);
        test.skipIf(why !== undefined)(`${name} comes back${why === undefined ? "" : ` (skipped: ${why})`}`, async () => {
          await createSampleRoles(server);
          const copy = await emptyDatabase();
          const text = await readSample(name, major);
          const result = await pgstow(["restore", "-d", server.url(copy)], text);
          expect(result).toMatchObject({ code: 0, stdout: "" });
          const judged = await emptyDatabase();
          await server.psql(judged, text);
          expect(await difference(await dumped(judged), await dumped(copy))).toBe("");
        });
      }
    });

    describe("scripts that go wrong", () => {
      test.each([
        ["create table a (i int);\ncopy a from stdin;\n1\nx\n\\.\n", 'bad.sql:4: ERROR: invalid input syntax for type integer: "x"'],
        [
          "create table a (i int);\n\n\ninsert into a\n\nvalues (1,\n 2);\n",
          "bad.sql:7: ERROR: INSERT has more expressions than target columns",
        ],
        ["create table a (i int);\nbegin;\ninsert into a values (1);\ncommit;\nselect 1/0;\n", "bad.sql:5: ERROR: division by zero"],
        ["create table a (i int);\n\\set ON_ERROR_STOP off\nselect 1/0;\ncommit;\n", "bad.sql:3: ERROR: division by zero"],
        ["create table a (i int);\n\\connect postgres\n", "bad.sql:2: \\connect: another database does not fit into a single transaction"],
        ["create table a (i int) \\; commit;\n", "bad.sql:1: transaction commands joined by \\; do not fit into a single transaction"],
        ["create table a (i int);\nprepare transaction 'x';", "bad.sql:2: prepared transactions do not fit into a single transaction"],
        ["create table a (i int);\n\\! touch pwned\n", "bad.sql:2: \\!: a script runs no shell command"],
        ["create table a (i int);\n\\o pwned\n", "bad.sql:2: \\o: this script may not write to files"],
        [
          "create table a (i int);\nselect pg_terminate_backend(pg_backend_pid());",
          "bad.sql:2: FATAL: terminating connection due to administrator command",
        ],
        ["create table a (i int);\n\\i nowhere.sql\n", "bad.sql:2: nowhere.sql: No such file or directory"],
      ])("%j changes nothing", async (script, message) => {
        await writeFile(join(folder, "bad.sql"), script);
        const database = await emptyDatabase();
        const { code, stdout, stderr } = await pgstow(["restore", "-d", server.url(database), "bad.sql"]);
        expect(stderr.split("\n")[0]).toBe(`pgstow: error: ${message}; nothing was changed`);
        expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
        expect(await tables(database)).toEqual([]);
      });

      test("a text that is no script is told of in a few words, whatever its length", async () => {
        const database = await emptyDatabase();
        const hint = "pgstow: hint: Is this a SQL script at all?\n";
        for (const [text, near, shown, more] of [
          [`root:x:0:0:root:/root\n${"daemon:x:1:1\n".repeat(2000)}`, "root", "root:x:0:0:root:/root ...", hint],
          ["a;b\n1;2\n", "a", "a;", hint],
          ["it's a text", "it", "it's a text", hint],
          ["select 1;\nroot:x:0:0:root:/root\n", "root", "root:x:0:0:root:/root", ""],
          ["create table a (i int,, j int);", ",", "create table a (i int,, j int);", ""],
        ] as const) {
          await writeFile(join(folder, "text"), text);
          const { code, stderr } = await pgstow(["restore", "-d", server.url(database), "text"]);
          const line = text.startsWith("select") ? 2 : 1;
          const error = `pgstow: error: text:${String(line)}: ERROR: syntax error at or near "${near}"; nothing was changed\n`;
          expect({ code, stderr }).toEqual({ code: 1, stderr: `${error}pgstow: statement: ${shown}\n${more}` });
        }
      });

      test("what a script takes back itself is taken back, and the rest stays", async () => {
        const database = await emptyDatabase();
        const script =
          "commit; create table a (); rollback; begin; create table b (); rollback; begin; create table c (); end; create table d ();";
        expect(await pgstow(["restore", "-d", server.url(database)], script)).toEqual({ code: 0, stdout: "", stderr: "" });
        expect(await tables(database)).toEqual(["a", "c", "d"]);
      });

      test("rows by the million need little memory", async () => {
        const database = await emptyDatabase();
        const row = `${"x".repeat(1000)}\t1\n`.repeat(1000);
        const path = join(folder, "large.sql");
        const pieces = function* () {
          yield "create unlogged table large (a text, b int);\ncopy large from stdin;\n";
          for (let i = 0; i < 150; i++) yield row;
          yield "\\.\n";
        };
        await pipeline(Readable.from(pieces()), createWriteStream(path));
        const file = join(folder, "peak");
        const measure = `process.on("exit", () => require("node:fs").writeFileSync(${JSON.stringify(file)}, String(process.resourceUsage().maxRSS)))`;
        const hook = join(folder, "measure.cjs");
        await writeFile(hook, measure);
        const args = ["--require", hook, await builtProgram(), "restore", "-d", server.url(database), path];
        const result = await runProgram(process.execPath, args, { env: { PATH: process.env["PATH"], HOME: "/nonexistent" } });
        expect(result).toEqual({ code: 0, stdout: "", stderr: "" });
        expect(await server.query(database, "SELECT count(*)::int AS n FROM large")).toEqual([{ n: 150_000 }]);
        expect(Number(await readFile(file, "utf8")) / 1024).toBeLessThan(200);
      });
    });
  },
  [major],
);

async function* inPieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 10_000) yield await Promise.resolve(bytes.subarray(at, at + 10_000));
}
