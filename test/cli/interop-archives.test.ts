import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dump, openArchive, restore } from "../../src/index.ts";
import { archivedDatabases, archiveMajors, archiveNames, readArchivedScript, unpackArchive, whyNoArchives } from "../support/archives.ts";
import { difference } from "../support/difference.ts";
import { withoutVersions } from "../support/oracle.ts";
import { createSampleRoles, hasSample, readSample, whyNoSamples } from "../support/samples.ts";
import { describeOnServers } from "../support/server.ts";

const missing = (await whyNoArchives()) ?? (await whyNoSamples());

if (missing !== undefined) {
  describe.skip(`archives of the real pg_dump (skipped: ${missing})`, () => {
    test("are restored to the databases that they were made of", () => undefined);
  });
}

await describeOnServers(
  "archives of the real pg_dump",
  (server) => {
    let folder = "";

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "pgstow-archives-"));
      await createSampleRoles(server);
    });

    afterAll(async () => {
      await rm(folder, { recursive: true, force: true });
    });

    for (const name of archivedDatabases) {
      for (const stored of archiveNames(name, server.major)) {
        test(`${stored} is restored to the database that it was made of`, async () => {
          const archive = await unpackArchive(stored, folder);
          const database = await server.createDatabase("archived");
          try {
            await restore({ archive, connection: server.url(database) });
            const file = join(folder, `${stored}.sql`);
            await dump({ connection: server.url(database), file, format: "plain", restrictKey: "oracle" });
            const expected = hasSample(name, server.major) ? await readSample(name, server.major) : await readArchivedScript(server.major);
            expect(await difference(neutral(expected), neutral(await readFile(file, "utf8")))).toBe("");
          } finally {
            await server.dropDatabase(database);
          }
        });
      }
    }

    test("are whole, and tell how they were made", async () => {
      for (const stored of archivedDatabases.flatMap((name) => archiveNames(name, server.major))) {
        const archive = await openArchive(await unpackArchive(stored, await mkdtemp(join(folder, "again-"))));
        await archive.verify();
        expect(archive.layout?.version).toBe(server.major >= 17 ? "1.16-0" : "1.14-0");
        expect(archive.metadata.encoding).toBe("UTF8");
        expect(Math.floor(archive.metadata.serverVersionNum / 10000)).toBe(server.major);
        await archive.close();
      }
    });
  },
  missing === undefined ? archiveMajors : [],
);

/** Without the versions, and with one key in the lines that have any. */
function neutral(script: string): string {
  return withoutVersions(script).replaceAll(/^\\(un)?restrict .*$/gm, "\\$1restrict KEY");
}
