import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { hasProgram, normalizeDump, pgDump, pgliteDump, pgRestore, wasmPgDump } from "./oracle.ts";
import { describeOnServers } from "./server.ts";

const script = `
  CREATE TABLE public.shelf (id integer NOT NULL PRIMARY KEY, label text DEFAULT repeat('x', 9000));
  COMMENT ON TABLE public.shelf IS 'Where things stand';
  INSERT INTO public.shelf SELECT i FROM generate_series(1, 20) i;`;

await describeOnServers("the WebAssembly pg_dump", (server) => {
  test("reads a real server", async () => {
    const database = await server.createDatabase("oracle");
    await server.query(database, script);
    const text = await wasmPgDump(server, database);
    expect(text).toContain("-- Dumped by pg_dump version 18.");
    expect(text).toContain("COMMENT ON TABLE public.shelf IS 'Where things stand';");
    expect(text.match(/^INSERT INTO public.shelf VALUES \(\d+, 'x{9000}'\);$/gm)).toHaveLength(20);
    expect(text).toMatch(/-- PostgreSQL database dump complete\n--\n\n\s*$/);
    await server.dropDatabase(database);
  });
});

const oracle = await hasProgram("pg_dump", 15);
await describeOnServers(
  "the pg_dump program",
  (server) => {
    test.skipIf(!oracle)(`of the server's major prints its dump${oracle ? "" : " (skipped: no pg_dump 15 on this machine)"}`, async () => {
      const database = await server.createDatabase("oracle");
      await server.query(database, script);
      const text = await pgDump(15, server.url(database), ["--restrict-key=k"]);
      expect(text).toContain("\\restrict k\n");
      expect(text).toContain("COPY public.shelf (id, label) FROM stdin;\n1\tx");
      const [one, two] = [await pgDump(15, server.url(database)), await pgDump(15, server.url(database))];
      expect(one).not.toBe(two);
      expect(normalizeDump(one)).toBe(normalizeDump(two));

      const file = join(await mkdtemp(join(tmpdir(), "pgstow-oracle-")), "archive");
      await pgDump(15, server.url(database), ["-Fc", "-f", file]);
      expect(await pgRestore(15, ["-l", file])).toMatch(/TABLE DATA public shelf postgres$/m);
      await rm(dirname(file), { recursive: true });
      await server.dropDatabase(database);
    });
  },
  [15],
);

test("pg_dump 18 prints a PGlite database", async () => {
  const text = await pgliteDump(script, ["--schema-only"]);
  expect(text).toContain("COMMENT ON TABLE public.shelf IS 'Where things stand';");
  expect(normalizeDump(text)).not.toContain("Dumped by");
});
