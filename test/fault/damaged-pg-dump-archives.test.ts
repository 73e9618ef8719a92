import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, it } from "vitest";

import { dump } from "../../src/index.ts";
import { runPgstow } from "../cli/pgstow.ts";
import { describeOnServers } from "../support/server.ts";

await describeOnServers(
  "archives of pg_dump that are damaged in the middle of their data",
  (server) => {
    let folder = "";
    let source = "";
    let target = "";

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), "pgstow-damaged-"));
      source = await server.createDatabase("damaged");
      target = await server.createDatabase("damaged_target");
      await server.query(
        source,
        `CREATE TABLE a (id serial, x text); INSERT INTO a (x) SELECT md5(i::text) FROM generate_series(1, 100) AS i;
       CREATE TABLE b (x text); INSERT INTO b SELECT md5(i::text) || md5((i * 7)::text) FROM generate_series(1, 60000) AS i;
       SELECT lo_from_bytea(4711, decode(string_agg(md5(i::text), ''), 'hex')) FROM generate_series(1, 20000) AS i`,
      );
      await server.query(target, "CREATE TABLE kept (i integer); INSERT INTO kept VALUES (7)");
    });

    afterEach(async () => {
      for (const database of [source, target]) await server.dropDatabase(database);
      await rm(folder, { recursive: true });
    });

    const relations = () =>
      server.query(target, "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY relname");
    const archive = () => join(folder, "archive");
    const restore = (...args: string[]) => runPgstow(["restore", "-d", server.url(target), ...args, archive()]);

    async function flipAt(path: string, offset: (bytes: Buffer) => number): Promise<void> {
      const bytes = await readFile(path);
      const at = offset(bytes);
      bytes[at] = (bytes[at] ?? 0) ^ 0xff;
      await writeFile(path, bytes);
    }

    it("leave the target as it was, and are named with the table", async () => {
      await dump({ connection: server.url(source), file: archive(), format: "custom" });
      await flipAt(archive(), (bytes) => Math.floor(bytes.length * 0.6));
      for (const args of [[], ["--clean", "--if-exists"], ["-t", "b"], ["--no-single-transaction"], ["--continue-on-error", "-j2"]]) {
        const { code, stdout, stderr } = await restore(...args);
        expect({ args, code, stdout, stderr }).toEqual({
          args,
          code: 1,
          stdout: "",
          stderr: expect.stringMatching(
            /^pgstow: error: (TABLE DATA public\.b: )?".*archive" is damaged: TABLE DATA public\.b: [^\n]*\n/,
          ) as string,
        });
        expect(await relations()).toEqual([{ relname: "kept" }]);
      }
    });

    it("do not keep from restoring another table", async () => {
      await dump({ connection: server.url(source), file: archive(), format: "custom" });
      await flipAt(archive(), (bytes) => Math.floor(bytes.length * 0.6));
      expect(await restore("-t", "a")).toMatchObject({ code: 0 });
      expect(await server.query(target, "SELECT count(*) FROM a")).toEqual([{ count: "100" }]);
    });

    it("leave the state of sequences, of which a transaction takes nothing back", async () => {
      await dump({ connection: server.url(source), file: archive(), format: "custom" });
      await server.query(target, "CREATE TABLE a (id serial, x text); CREATE TABLE b (x text)");
      // The large object stands at the end, behind the states of sequences.
      await flipAt(archive(), (bytes) => bytes.length - 1000);
      const { code, stderr } = await restore("--data-only");
      expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("is damaged") as string });
      expect(await server.query(target, "SELECT last_value FROM a_id_seq")).toEqual([{ last_value: "1" }]);
    });

    it("may be a folder in which a file is cut, or gone", async () => {
      await dump({ connection: server.url(source), file: archive(), format: "directory" });
      const names = await readdir(archive());
      const sizes = await Promise.all(names.map(async (name) => (await readFile(join(archive(), name))).length));
      const largest = join(archive(), names[sizes.indexOf(Math.max(...sizes))] ?? "");
      await truncate(largest, Math.floor(Math.max(...sizes) / 2));
      for (const damage of ["cut", "gone"]) {
        if (damage === "gone") await rm(largest);
        const { code, stderr } = await restore();
        expect({ code, stderr }).toMatchObject({
          code: 1,
          stderr: expect.stringMatching(/^pgstow: error: [^\n]*TABLE DATA public\.b[^\n]*\n/) as string,
        });
        expect(await relations()).toEqual([{ relname: "kept" }]);
      }
    });

    it("counts the rows that a trigger kept out, though nobody has counted them before", async () => {
      await server.query(
        source,
        `CREATE FUNCTION keep_out() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
       CREATE TRIGGER keep_out BEFORE INSERT ON a FOR EACH ROW WHEN (new.id = 50) EXECUTE FUNCTION keep_out()`,
      );
      await dump({ connection: server.url(source), file: archive(), format: "custom" });
      expect(await restore()).toMatchObject({ code: 0 });
      const { code, stderr } = await restore("--data-only", "-t", "a");
      expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("the server took 99 rows of 100") as string });
      expect(await server.query(target, "SELECT count(*) FROM a")).toEqual([{ count: "100" }]);
    });
  },
  [15],
);
