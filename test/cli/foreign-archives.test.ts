import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { hasProgram, pgDump, pgRestore } from "../support/oracle.ts";
import { describeOnServers } from "../support/server.ts";
import { runPgstow } from "./pgstow.ts";

const major = 15;
const missing = (await hasProgram("pg_restore", major)) ? "" : ` (skipped: there is no pg_restore ${String(major)} here)`;

const schema = `
  CREATE SCHEMA app;
  CREATE TABLE app.customer (id serial PRIMARY KEY, name text);
  CREATE TABLE app.sale (id integer PRIMARY KEY, customer integer REFERENCES app.customer);
  CREATE MATERIALIZED VIEW app.names AS SELECT name FROM app.customer;
  COMMENT ON SCHEMA app IS 'sales';
  GRANT SELECT ON app.sale TO PUBLIC;
  INSERT INTO app.customer (name) SELECT 'n' || i FROM generate_series(1, 1000) AS i;
  INSERT INTO app.sale SELECT i, i FROM generate_series(1, 1000) AS i;
  SELECT lo_from_bytea(4711, 'a large object');
`;

await describeOnServers(
  `archives of pg_dump${missing}`,
  (server) => {
    let folder = "";
    let source = "";
    const targets: string[] = [];

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "pgstow-foreign-"));
      source = await server.createDatabase("foreign_source");
      await server.query(source, schema);
    });

    afterAll(async () => {
      for (const database of [source, ...targets]) await server.dropDatabase(database);
      await rm(folder, { recursive: true });
    });

    async function ok(...args: string[]): Promise<string> {
      const { code, stdout, stderr } = await runPgstow(args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      return stdout;
    }

    for (const format of ["custom", "directory", "tar"]) {
      it.skipIf(missing !== "")(`are listed as pg_restore lists them, verified, inspected and restored: ${format}`, async () => {
        const archive = join(folder, format);
        await pgDump(major, server.url(source), ["-F", format, "-f", archive]);
        for (const filter of [[], ["-s"], ["-a"], ["-n", "app"], ["-t", "sale"], ["--section=post-data"]]) {
          const listed = await pgRestore(major, ["-l", ...filter, archive]);
          expect(await ok("list", ...filter, archive)).toBe(listed);
        }
        expect(await ok("verify", archive)).toContain(`no fingerprint (${format} archives have no hashes)`);
        expect(await ok("inspect", archive)).toMatch(/^app\.sale +1,000 /m);

        const target = await server.createDatabase("foreign_target");
        targets.push(target);
        await ok("restore", "-d", server.url(target), archive);
        const [original, copy] = await Promise.all([source, target].map((name) => ok("dump", server.url(name), "--restrict-key=k")));
        expect(copy).toBe(original);
      });
    }
  },
  [major],
);
