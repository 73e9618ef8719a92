import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dump, restore } from "../../src/index.ts";
import { corpusCases, deviationCases } from "../support/corpus.ts";
import { difference } from "../support/difference.ts";
import { hasProgram, normalizeDump, pgDump, wasmPgDump } from "../support/oracle.ts";
import { runPsql } from "../support/programs.ts";
import type { TestServer } from "../support/server.ts";
import { describeOnServers } from "../support/server.ts";
import { deviations } from "./deviations.ts";

/** What pg_dump writes of a schema; null where there is none for the server. */
async function judge(server: TestServer, database: string): Promise<string | null> {
  if (await hasProgram("pg_dump", server.major)) return pgDump(server.major, server.url(database), ["-s"]);
  return server.major === 18 ? wasmPgDump(server, database, ["-s"]) : null;
}

test("every deviation has its case, and every case stands for one", () => {
  const names = deviationCases().map(({ name }) => `fixtures/deviations/${name}.sql`);
  expect(deviations.map(({ shownBy }) => shownBy).sort()).toEqual(names);
  expect(corpusCases("").length).toBeGreaterThan(100);
});

await describeOnServers("deviations", (server) => {
  let folder = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pgstow-deviations-"));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  const cases = deviationCases().filter(({ majorMin }) => majorMin <= server.major);
  test.each(cases.map((one) => [one.name, one] as const))("pg_dump's text of %s does not load, ours does", async (name, { file }) => {
    const databases: string[] = [];
    const createDatabase = async (): Promise<string> => {
      const database = await server.createDatabase("deviation");
      databases.push(database);
      return database;
    };
    try {
      const original = await createDatabase();
      await server.psql(original, { file });
      const text = await judge(server, original);
      if (text !== null) {
        const unloadable = await createDatabase();
        await expect(runPsql(server.url(unloadable), text)).rejects.toThrow();
      }

      const script = join(folder, `${name}.sql`);
      await dump({ connection: server.url(original), file: script, format: "plain", force: true });
      const loaded = await createDatabase();
      await server.psql(loaded, { file: script });
      const archive = join(folder, `${name}.sql.zst`);
      await dump({ connection: server.url(original), file: archive, force: true });
      const restored = await createDatabase();
      await restore({ archive, connection: server.url(restored) });

      for (const copy of [loaded, restored]) {
        const again = join(folder, `${name}-again.sql`);
        await dump({ connection: server.url(copy), file: again, format: "plain", force: true });
        const both = [await readFile(script, "utf8"), await readFile(again, "utf8")].map(normalizeDump);
        expect(await difference(both[0] ?? "", both[1] ?? "")).toBe("");
        if (text !== null) {
          expect(await difference(normalizeDump(text), normalizeDump((await judge(server, copy)) ?? ""))).toBe("");
        }
      }
    } finally {
      for (const database of databases) await server.dropDatabase(database);
    }
  });
});
