import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runRestore } from "../../src/restore/restore.ts";
import { runDump } from "../../src/dump/dump.ts";
import type { DumpOptions } from "../../src/dump/dump.ts";
import { createLocalFile } from "../../src/store/local-file.ts";
import { hasProgram, pgDump } from "../support/oracle.ts";
import { describeOnServers } from "../support/server.ts";
import type { TestServer } from "../support/server.ts";
import { comparable } from "./dump-options.ts";

const MAJOR = 15;

/** Databases by their encoding; the statements are Unicode, or (SQL_ASCII) say themselves which bytes they mean. */
const DATABASES: Readonly<Record<string, { readonly script: string; readonly dumpedAs: readonly string[] }>> = {
  EUC_JP: {
    // The second byte of some of these characters is a backslash in SJIS.
    script: `CREATE TABLE "表" ("列" text, "ソ能" text); INSERT INTO "表" VALUES ('日本語ソ表''\\x', 'テスト'), (E'\\t能\\\\', NULL);
      COMMENT ON TABLE "表" IS 'ソース表能'''; CREATE TYPE "型" AS ENUM ('値ソ')`,
    dumpedAs: ["EUC_JP", "SJIS", "UTF8", "SQL_ASCII"],
  },
  LATIN1: {
    script: `CREATE SCHEMA "Üñ"; CREATE TABLE "Üñ"."tàblé" ("ñ" text DEFAULT 'é'); INSERT INTO "Üñ"."tàblé" VALUES ('é''ü\\'), ('ÿ')`,
    dumpedAs: ["LATIN1", "UTF8", "SQL_ASCII"],
  },
  WIN1252: { script: `CREATE TABLE "€" (a text); INSERT INTO "€" VALUES ('„Œ“')`, dumpedAs: ["WIN1252", "UTF8"] },
  KOI8R: { script: `CREATE TABLE "таблица" (a text); INSERT INTO "таблица" VALUES ('привет')`, dumpedAs: ["KOI8R", "WIN1251", "UTF8"] },
  SQL_ASCII: {
    script: `DO $$BEGIN PERFORM set_config('t.n', convert_from('\\x74e9ff80', 'SQL_ASCII'), false);
        EXECUTE format('CREATE TABLE %I (%I text)', current_setting('t.n'), convert_from('\\xc3a9', 'SQL_ASCII'));
        EXECUTE format('INSERT INTO %I VALUES (%L)', current_setting('t.n'), convert_from('\\x61ff275c80', 'SQL_ASCII'));
        EXECUTE format('COMMENT ON TABLE %I IS %L', current_setting('t.n'), convert_from('\\x63f36d', 'SQL_ASCII')); END$$`,
    dumpedAs: ["SQL_ASCII"],
  },
};

const isThere = await hasProgram("pg_dump", MAJOR);

await describeOnServers(
  "names and rows in other encodings",
  (server) => {
    describe.skipIf(!isThere)("as the real pg_dump writes them", () => {
      for (const [encoding, database] of Object.entries(DATABASES)) describeDatabase(server, encoding, database);
    });
  },
  [MAJOR],
);

function describeDatabase(server: TestServer, encoding: string, { script, dumpedAs }: (typeof DATABASES)[string]): void {
  describe(`a database in ${encoding}`, () => {
    const name = `encoding_${encoding.toLowerCase()}_${String(process.pid)}`;
    const again = `${name}_again`;
    let folder = "";
    const make = (database: string): Promise<unknown> =>
      server.query("postgres", `CREATE DATABASE ${database} ENCODING '${encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`);

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "pgstow-encodings-"));
      await make(name);
      await server.query(name, script);
    });

    afterAll(async () => {
      await server.dropDatabase(name);
      await server.dropDatabase(again);
      await rm(folder, { recursive: true });
    });

    const dump = async (file: string, options: Partial<DumpOptions>): Promise<string> => {
      const path = join(folder, file);
      const output = await createLocalFile(path, { force: true });
      await runDump({ connection: { dbname: server.url(name) }, environment: {}, format: "plain", output, ...options });
      return path;
    };
    const real = async (database: string, args: readonly string[]): Promise<string> => {
      const path = join(folder, "real.sql");
      await pgDump(MAJOR, server.url(database), [...args, "-f", path]);
      return comparable(await readFile(path));
    };

    for (const wanted of dumpedAs) {
      it(`is dumped in ${wanted}, as COPY and as INSERT`, async () => {
        for (const inserts of [false, true]) {
          const ours = await dump("ours.sql", { encoding: wanted, inserts });
          expect(comparable(await readFile(ours))).toBe(await real(name, ["-E", wanted, ...(inserts ? ["--inserts"] : [])]));
        }
      });
    }

    it.each(["stow", "custom"] as const)("comes back from a %s archive", async (format) => {
      const archive = await dump(`archive.${format}`, { format });
      await server.dropDatabase(again);
      await make(again);
      await runRestore({ connection: { dbname: server.url(again) }, environment: {}, archive });
      expect(await real(again, [])).toBe(await real(name, []));
    });
  });
}
