import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { convert, dump, type DumpFormat, openArchive, restore } from "../../src/index.ts";
import { unpackArchive, whyNoArchives } from "../support/archives.ts";
import { difference } from "../support/difference.ts";
import { hasProgram, normalizeDump, pgDump, pgRestore, withoutVersions } from "../support/oracle.ts";
import { describeOnServers } from "../support/server.ts";
import { runPgstow } from "./pgstow.ts";

/** The real programs of this major are the judges. */
const major = 15;
const missing = (await hasProgram("pg_restore", major)) ? "" : ` (skipped: there is no pg_restore ${String(major)} here)`;
const noArchives = await whyNoArchives();

const schema = `
  CREATE SCHEMA app;
  CREATE TABLE app.customer (id serial PRIMARY KEY, name text);
  CREATE TABLE app.sale (id integer PRIMARY KEY, customer integer REFERENCES app.customer);
  CREATE TABLE app.part (k integer, v text) PARTITION BY LIST (k);
  CREATE TABLE app.part1 PARTITION OF app.part FOR VALUES IN (1);
  CREATE INDEX ON app.part (v);
  CREATE TABLE public.no_rows ();
  CREATE MATERIALIZED VIEW app.names AS SELECT name FROM app.customer;
  COMMENT ON SCHEMA app IS 'sales';
  GRANT SELECT ON app.sale TO PUBLIC;
  INSERT INTO app.customer (name) SELECT 'n' || i FROM generate_series(1, 5000) AS i;
  INSERT INTO app.sale SELECT i, i FROM generate_series(1, 1000) AS i;
  INSERT INTO app.part VALUES (1, E'tab\\tline\\nback\\\\slash'), (1, NULL), (1, E'\\\\.'), (1, 'größe 🐘'), (1, '');
  REFRESH MATERIALIZED VIEW app.names;
  SELECT lo_from_bytea(4711, decode(repeat('00ff5c270a', 20000), 'hex'));
  SELECT lo_from_bytea(3000000000, '');
  COMMENT ON LARGE OBJECT 4711 IS 'a large object';
  GRANT SELECT ON LARGE OBJECT 4711 TO PUBLIC;
`;

/** Letters of -F that pg_restore reads, and ours. */
const formats: readonly DumpFormat[] = ["custom", "directory", "tar", "stow"];
const suffix: Readonly<Record<DumpFormat, string>> = { plain: ".sql", stow: ".sql.zst", custom: ".dump", directory: ".dir", tar: ".tar" };

await describeOnServers(
  `convert${missing}`,
  (server) => {
    let folder = "";
    let source = "";
    let expected = "";
    const databases: string[] = [];
    const archiveOf = (format: DumpFormat): string => join(folder, `source${suffix[format]}`);

    async function newDatabase(): Promise<string> {
      const name = await server.createDatabase("convert");
      databases.push(name);
      return name;
    }

    async function textOf(database: string): Promise<string> {
      return normalizeDump(await pgDump(major, server.url(database)));
    }

    beforeAll(async () => {
      if (missing !== "") return;
      folder = await mkdtemp(join(tmpdir(), "pgstow-convert-"));
      source = await newDatabase();
      await server.query(source, schema);
      expected = await textOf(source);
      for (const format of ["custom", "directory", "tar"]) {
        await pgDump(major, server.url(source), ["-F", format, "-f", archiveOf(format as DumpFormat)]);
      }
      await dump({ connection: server.url(source), file: archiveOf("stow") });
    });

    afterAll(async () => {
      for (const database of databases) await server.dropDatabase(database);
      if (folder !== "") await rm(folder, { recursive: true });
    });

    /** The table of contents without the head, which names the file's format and time. */
    async function listOf(archive: string): Promise<string> {
      if (!archive.endsWith(".zst")) return (await pgRestore(major, ["-l", archive])).replaceAll(/^;.*\n/gm, "");
      const { code, stdout } = await runPgstow(["list", archive]);
      expect(code).toBe(0);
      return stdout.replaceAll(/^;.*\n/gm, "");
    }

    describe.skipIf(missing !== "").each(formats)("of a %s archive", (from) => {
      it("keeps every entry in every format, and the archive can be converted back", async () => {
        const list = await listOf(archiveOf(from));
        for (const to of formats) {
          const file = join(folder, `${from}-to-${to}${suffix[to]}`);
          await convert({ archive: archiveOf(from), format: to, file });
          expect(await listOf(file)).toBe(list);
        }
        const back = join(folder, `${from}-back${suffix[from]}`);
        await convert({ archive: join(folder, `${from}-to-stow.sql.zst`), format: from, file: back });
        const [one, other] = [await openArchive(archiveOf(from)), await openArchive(back)];
        try {
          await Promise.all([one.verify(), other.verify()]);
          expect(other.entries).toEqual(one.entries);
          const totals = ({ sizes }: typeof one) => [...sizes].map(([id, { rows, rawBytes }]) => [id, rows, rawBytes]);
          expect(totals(other)).toEqual(totals(one));
        } finally {
          await Promise.all([one.close(), other.close()]);
        }
      });

      it("makes an archive that restores to the same database", async () => {
        const to: DumpFormat = from === "stow" ? "custom" : from === "custom" ? "stow" : from === "directory" ? "tar" : "directory";
        const file = join(folder, `${from}-restored${suffix[to]}`);
        await convert({ archive: archiveOf(from), format: to, file });
        const copy = await newDatabase();
        if (to === "stow") await restore({ archive: file, connection: server.url(copy) });
        else await pgRestore(major, ["-1", "-e", "-d", server.url(copy), file]);
        expect(await difference(expected, await textOf(copy))).toBe("");
      });
    });

    it
      .skipIf(missing !== "")
      .each([
        [[]],
        [["-c", "--if-exists"]],
        [["-C", "-c"]],
        [["-n", "app", "-O", "-x"]],
        [["-N", "app"]],
        [["-t", "sale"]],
        [["-a", "--disable-triggers", "-S", "boss"]],
        [["-s", "--no-comments", "--no-tablespaces", "--no-table-access-method"]],
        [["--section=post-data", "--section=data", "--use-set-session-authorization"]],
      ])("writes the script that pg_restore writes: %j", async (options) => {
      const theirs = await pgRestore(major, ["-f", "-", ...options, archiveOf("custom")]);
      const ours = await runPgstow(["convert", "-Fp", ...options, archiveOf("custom"), "-"]);
      expect(ours.stderr).toBe("");
      expect(await difference(normalizeDump(theirs), normalizeDump(ours.stdout))).toBe("");
      expect(withoutVersions(ours.stdout)).not.toBe(ours.stdout);
    });

    it.skipIf(missing !== "")("leaves owners out for good, and writes the version that is asked for", async () => {
      const file = join(folder, "ownerless.dump");
      const { code, stderr } = await runPgstow(["convert", "-Fc", "-O", "-Z", "zstd", "--archive-version=1.16", archiveOf("custom"), file]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const archive = await openArchive(file);
      expect(archive.entries.filter(({ owner }) => owner !== "")).toEqual([]);
      expect(archive.layout).toMatchObject({ version: "1.16-0", compression: "zstd" });
      // From 1.16 on large objects come in groups.
      expect(archive.entries.map(({ kind }) => kind).filter((kind) => kind.startsWith("BLOB"))).toEqual([
        "BLOB METADATA",
        "BLOB METADATA",
        "BLOBS",
      ]);
      await archive.verify();
      await archive.close();
      const copy = await newDatabase();
      await restore({ archive: file, connection: server.url(copy) });
      expect(await difference(expected, await textOf(copy))).toBe("");
    });

    it.skipIf(missing !== "")("writes nothing of a damaged archive", async () => {
      const bytes = await readFile(archiveOf("stow"));
      bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
      const damaged = join(folder, "damaged.sql.zst");
      await writeFile(damaged, bytes);
      for (const target of [["-"], [join(folder, "damaged.dump")]]) {
        const { code, stdout, stderr } = await runPgstow(["convert", "-Fc", damaged, ...target]);
        expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
        expect(stderr).toMatch(/^pgstow: error: .*(damaged|SHA-256)/m);
      }
      expect((await readdir(folder)).filter((name) => name.startsWith("damaged.dump"))).toEqual([]);
    });

    it.skipIf(missing !== "")("says what it cannot do", async () => {
      const script = join(folder, "plain.sql");
      await writeFile(script, expected);
      const cases: readonly [readonly string[], RegExp][] = [
        [[], /no archive given/],
        [[archiveOf("custom")], /no output given/],
        [["-f", "a", archiveOf("custom"), "b"], /the output is named twice/],
        [["-Fc", "--clean", archiveOf("custom"), "x.dump"], /option --clean does not go into a custom archive/],
        [["-Fs", "--restrict-key=k", archiveOf("custom"), "x.sql.zst"], /--restrict-key can only be used with --format=plain/],
        [["-as", archiveOf("custom"), "-"], /-s\/--schema-only and -a\/--data-only cannot be used together/],
        [["-Fc", "--archive-version=1.13", archiveOf("custom"), "x.dump"], /invalid archive version "1.13"/],
        [["-Fc", archiveOf("custom"), archiveOf("custom")], /exists already/],
        [["-Fc", script, "x.dump"], /plain SQL script/],
      ];
      for (const [args, message] of cases) {
        const { code, stdout, stderr } = await runPgstow(["convert", ...args], { cwd: folder });
        expect({ args, code, stdout }).toEqual({ args, code: 1, stdout: "" });
        expect(stderr).toMatch(message);
      }
      expect((await readdir(folder)).filter((name) => name.startsWith("x."))).toEqual([]);
    });

    it.skipIf(missing !== "" || noArchives !== undefined)(
      `takes groups of large objects apart for pg_restore ${String(major)}${noArchives === undefined ? "" : ` (skipped: ${noArchives})`}`,
      async () => {
        const archive = await unpackArchive("large-objects-17.dump", folder);
        const copies: string[] = [];
        for (const format of ["custom", "directory", "tar"] as const) {
          const file = join(folder, `large-objects-15${suffix[format]}`);
          await convert({ archive, format, archiveMinor: 14, file });
          const copy = await newDatabase();
          await pgRestore(major, ["-e", "-d", server.url(copy), file]);
          copies.push(await textOf(copy));
        }
        const direct = await newDatabase();
        await restore({ archive, connection: server.url(direct) });
        const wanted = await textOf(direct);
        for (const copy of copies) expect(await difference(wanted, copy)).toBe("");
        expect(wanted).toContain("lowrite");
      },
    );
  },
  [major],
);
