import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dump, restore } from "../../src/index.ts";
import { difference } from "../support/difference.ts";
import type { Major } from "../support/majors.ts";
import { wantedMajors } from "../support/majors.ts";
import { withoutVersions } from "../support/oracle.ts";
import { createSampleRoles, hasSample, readSample, sampleMajors, sampleNames, whyNoSamples } from "../support/samples.ts";
import type { TestServer } from "../support/server.ts";
import { describeOnServers } from "../support/server.ts";

const missing = await whyNoSamples();
const asked =
  process.env["PGSTOW_TEST_MAJORS"] === undefined ? sampleMajors : sampleMajors.filter((major) => wantedMajors().includes(major));
const majors: readonly Major[] = missing === undefined ? asked : [];

if (missing !== undefined) {
  describe.skip(`sample databases (skipped: ${missing})`, () => {
    test("are dumped as pg_dump dumps them", () => undefined);
  });
} else if (asked.length === 0) {
  describe.skip(`sample databases (skipped: there are none of PostgreSQL ${wantedMajors().join(", ")})`, () => {
    test("are dumped as pg_dump dumps them", () => undefined);
  });
}

await describeOnServers(
  "sample databases",
  (server) => {
    beforeAll(() => createSampleRoles(server));
    for (const name of sampleNames.filter((name) => hasSample(name, server.major))) {
      describe(name, () => {
        testSample(server, name);
      });
    }
  },
  majors,
);

function testSample(server: TestServer, name: string): void {
  let folder = "";
  let original = "";
  let copy = "";
  let expected = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pgstow-sample-"));
    const sample = await readSample(name, server.major);
    original = await server.createDatabase(name);
    await server.psql(original, sample);
    expected = withoutVersions(sample);
  });

  afterAll(async () => {
    for (const database of [original, copy]) if (database !== "") await server.dropDatabase(database);
    await rm(folder, { recursive: true, force: true });
  });

  async function dumpPlain(database: string): Promise<string> {
    const file = join(folder, `${database}.sql`);
    await dump({ connection: server.url(database), file, format: "plain", restrictKey: "oracle", strict: true });
    return withoutVersions(await readFile(file, "utf8"));
  }

  test("is dumped byte for byte as pg_dump dumps it", async () => {
    expect(await difference(expected, await dumpPlain(original))).toBe("");
  });

  test("is the same after a dump to a stow archive and a restore", async () => {
    const archive = join(folder, `${name}.sql.zst`);
    await dump({ connection: server.url(original), file: archive, strict: true });
    copy = await server.createDatabase(`${name}_copy`);
    await restore({ archive, connection: server.url(copy) });
    expect(await difference(expected, await dumpPlain(copy))).toBe("");
  });
}
