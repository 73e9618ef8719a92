import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dump } from "../../src/index.ts";
import { corpusCases } from "../support/corpus.ts";
import { hasProgram, pgDump, pgRestore } from "../support/oracle.ts";
import { describeOnServers } from "../support/server.ts";

/** Cases with much that hangs together: parts, attachments, loops, configuration, privileges of columns. */
const names = ["comment/everything", "foreign/servers", "inheritance/columns", "partition/indexes", "privilege/tables", "view/loops"];

/** Each entry of a listing with what it depends on, by names: the numbers are each program's own. */
function entriesOf(listing: string): string[] {
  const entries = [...listing.matchAll(/^(\d+); (\d+ \d+ .*)\n(?:;\tdepends on: (.*)\n)?/gm)];
  const byId = new Map(entries.map(([, id = "", entry = ""]) => [id, entry]));
  return entries.map(([, , entry = "", ids = ""]) => {
    const needs = ids.split(" ").filter((id) => id !== "");
    return `${entry} <- ${needs.map((id) => byId.get(id) ?? "?").join(", ")}`;
  });
}

const [hasDump, hasRestore] = await Promise.all([hasProgram("pg_dump", 15), hasProgram("pg_restore", 15)]);

if (!hasDump || !hasRestore) {
  describe.skip("tables of contents (skipped: no pg_dump and pg_restore 15)", () => {
    test("depend as pg_dump's do", () => undefined);
  });
} else {
  await describeOnServers(
    "tables of contents",
    (server) => {
      let folder = "";

      beforeAll(async () => {
        folder = await mkdtemp(join(tmpdir(), "pgstow-toc-"));
      });

      afterAll(() => rm(folder, { recursive: true, force: true }));

      test.each(names)("entries of %s depend on what pg_dump's do", async (name) => {
        const file = corpusCases("").find((one) => `${one.kind}/${one.name}` === name)?.file ?? name;
        const database = await server.createDatabase("toc");
        try {
          await server.psql(database, { file });
          const [theirs, ours] = [join(folder, "theirs.dump"), join(folder, "ours.dump")];
          await pgDump(15, server.url(database), ["-Fc", "-f", theirs]);
          await dump({ connection: server.url(database), file: ours, format: "custom", force: true });
          const [expected, actual] = await Promise.all([theirs, ours].map((archive) => pgRestore(15, ["-l", "-v", archive])));
          expect(entriesOf(actual ?? "")).toEqual(entriesOf(expected ?? ""));
        } finally {
          await server.dropDatabase(database);
        }
      });
    },
    [15],
  );
}
