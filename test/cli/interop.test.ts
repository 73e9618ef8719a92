import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dump, type DumpFormat, restore } from "../../src/index.ts";
import { difference } from "../support/difference.ts";
import { hasProgram, pgDump, pgRestore, withoutVersions } from "../support/oracle.ts";
import { createSampleRoles, hasSample, readSample, sampleNames, whyNoSamples } from "../support/samples.ts";
import type { TestServer } from "../support/server.ts";
import { describeOnServers } from "../support/server.ts";

/** The real programs of this major are the judges. */
const major = 15;
const formats: readonly DumpFormat[] = ["custom", "directory", "tar"];
const hasPrograms = (await hasProgram("pg_dump", major)) && (await hasProgram("pg_restore", major));
const missing = hasPrograms ? "" : ` (skipped: there is no pg_dump and pg_restore ${String(major)} here)`;
const noSamples = await whyNoSamples();

const awkward = `
  CREATE TABLE plain (id integer PRIMARY KEY, note text);
  INSERT INTO plain SELECT i, 'row ' || i FROM generate_series(1, 3000) AS i;
  INSERT INTO plain VALUES (-1, E'\\\\.'), (-2, ''), (-3, NULL), (-4, E'tab\\tline\\nback\\\\slash'), (-5, 'größe 🐘');
  CREATE TABLE one_text (note text);
  INSERT INTO one_text VALUES (''), (''), (E'\\\\.'), (NULL);
  CREATE TABLE no_rows (id integer);
  CREATE TABLE no_columns ();
  INSERT INTO no_columns DEFAULT VALUES;
  CREATE MATERIALIZED VIEW seen AS SELECT count(*) FROM plain;
  SELECT lo_from_bytea(424242, decode(repeat('00ff5c270a', 20000), 'hex'));
  SELECT lo_from_bytea(3000000000, '');
  COMMENT ON LARGE OBJECT 424242 IS 'a large object';
  GRANT SELECT ON LARGE OBJECT 424242 TO PUBLIC;
`;

await describeOnServers(
  `archives cross over${missing}`,
  (server) => {
    describe.skipIf(!hasPrograms)("a database of awkward rows and large objects", () => {
      crossOver(server, "awkward", awkward);
    });
    test.skipIf(!hasPrograms)("ours restores an archive whose text is not in UTF8", async () => {
      const folder = await mkdtemp(join(tmpdir(), "pgstow-interop-"));
      const [original, copy] = [await server.createDatabase("latin"), await server.createDatabase("latin")];
      try {
        await server.query(original, `CREATE TABLE "größe" ("ä" text); COMMENT ON TABLE "größe" IS 'ñ'; INSERT INTO "größe" VALUES ('é')`);
        const archive = join(folder, "latin1");
        await pgDump(major, server.url(original), ["-Fc", "-E", "LATIN1", "-f", archive]);
        await restore({ archive, connection: server.url(copy) });
        const text = await pgDump(major, server.url(original), ["--restrict-key=interop"]);
        expect(await difference(text, await pgDump(major, server.url(copy), ["--restrict-key=interop"]))).toBe("");
      } finally {
        for (const database of [original, copy]) await server.dropDatabase(database);
        await rm(folder, { recursive: true, force: true });
      }
    });
    describe.skipIf(!hasPrograms || noSamples !== undefined)(
      `sample databases${noSamples === undefined ? "" : ` (skipped: ${noSamples})`}`,
      () => {
        beforeAll(() => createSampleRoles(server));
        for (const name of sampleNames.filter((each) => noSamples === undefined && hasSample(each, major))) {
          describe(name, () => {
            crossOver(server, name);
          });
        }
      },
    );
  },
  [major],
);

function crossOver(server: TestServer, name: string, script?: string): void {
  let folder = "";
  let original = "";
  let expected = "";
  const made: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pgstow-interop-"));
    original = await newDatabase();
    await server.psql(original, script ?? (await readSample(name, major)));
    expected = await textOf(original);
  });

  afterAll(async () => {
    for (const database of made) await server.dropDatabase(database);
    await rm(folder, { recursive: true, force: true });
  });

  async function newDatabase(): Promise<string> {
    const database = await server.createDatabase(name);
    made.push(database);
    return database;
  }

  async function textOf(database: string): Promise<string> {
    return withoutVersions(await pgDump(major, server.url(database), ["--restrict-key=interop"]));
  }

  /** The entries, without their numbers and the head. */
  async function listOf(archive: string): Promise<string> {
    const list = await pgRestore(major, ["-l", archive]);
    return list.replaceAll(/^(?:;.*|\d+;.)/gm, "");
  }

  for (const format of formats) {
    test(`pg_restore restores and lists our ${format} archive`, async () => {
      const archive = join(folder, `ours-${format}`);
      await dump({ connection: server.url(original), file: archive, format });
      const copy = await newDatabase();
      await pgRestore(major, ["-1", "-e", "-d", server.url(copy), archive]);
      expect(await difference(expected, await textOf(copy))).toBe("");
      const theirs = join(folder, `theirs-of-${format}`);
      await pgDump(major, server.url(original), ["-Fc", "-f", theirs]);
      expect(await difference(await listOf(theirs), await listOf(archive))).toBe("");
    });

    test(`ours restores pg_dump's ${format} archive`, async () => {
      const archive = join(folder, `theirs-${format}`);
      await pgDump(major, server.url(original), ["-F", format, "-f", archive]);
      const copy = await newDatabase();
      await restore({ archive, connection: server.url(copy) });
      expect(await difference(expected, await textOf(copy))).toBe("");
    });
  }

  test("pg_restore restores our archives in parallel", async () => {
    for (const format of ["custom", "directory"]) {
      const copy = await newDatabase();
      await pgRestore(major, ["-j", "3", "-e", "-d", server.url(copy), join(folder, `ours-${format}`)]);
      expect(await difference(expected, await textOf(copy))).toBe("");
    }
  });

  test("a tar archive carries a script that names its files", async () => {
    const archive = await readFile(join(folder, "ours-tar"));
    expect(archive.includes("FROM '$$PATH$$/")).toBe(archive.includes("FROM stdin;"));
  });
}
