import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runChecked, runProgram } from "../support/run-program.ts";
import { describeOnServers } from "../support/server.ts";

const SIZE_MAX_BYTES = 6_000_000;

await describeOnServers("the bundle, in a folder of its own", (server) => {
  let folder = "";
  let source = "";
  let target = "";
  const env = { PATH: process.env["PATH"] ?? "", HOME: "/nonexistent" };
  const pgstow = (...args: string[]) => runChecked(process.execPath, [join(folder, "pgstow.mjs"), ...args], { cwd: folder, env });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pgstow-bundle-"));
    await runChecked(process.execPath, [fileURLToPath(new URL("../../esbuild.config.js", import.meta.url)), folder]);
    source = await server.createDatabase("bundle_source");
    target = await server.createDatabase("bundle_target");
    await server.query(source, "CREATE TABLE t AS SELECT i, repeat('x', i % 100) AS x FROM generate_series(1, 20000) AS i");
  });

  afterAll(async () => {
    await server.dropDatabase(source);
    await server.dropDatabase(target);
    await rm(folder, { recursive: true });
  });

  it("is one file and zstd's native module, and small", async () => {
    const files = (await readdir(folder)).sort();
    expect(files).toEqual(["pgstow.mjs", "zstd.node"]);
    const sizes = await Promise.all(files.map(async (file) => (await stat(join(folder, file))).size));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(SIZE_MAX_BYTES);
  });

  it("dumps, verifies and restores as a command", async () => {
    expect(await pgstow("--version")).toMatch(/^pgstow \d+\.\d+\.\d+\n$/);
    await pgstow("dump", "-d", server.url(source), "-f", "t.sql.zst");
    await pgstow("verify", "t.sql.zst");
    await pgstow("restore", "-d", server.url(target), "t.sql.zst");
    const sum = "SELECT count(*)::text AS rows, md5(string_agg(x, ',' ORDER BY i)) AS hash FROM t";
    expect(await server.query(target, sum)).toEqual(await server.query(source, sum));
  });

  it("dumps as a library", async () => {
    const program = `
      import { dump, verify } from "./pgstow.mjs";
      const { rows, fingerprint } = await dump({ connection: process.argv[1], file: "library.sql.zst" });
      const report = await verify("library.sql.zst");
      process.stdout.write(JSON.stringify({ rows, same: report.fingerprint === fingerprint }));`;
    const result = await runProgram(process.execPath, ["--input-type=module", "-e", program, server.url(source)], { cwd: folder, env });
    expect(result).toEqual({ code: 0, stdout: '{"rows":20000,"same":true}', stderr: "" });
  });

  it("puts pg_dump on PATH", async () => {
    await pgstow("shim", "bin");
    const text = await runChecked(join(folder, "bin", "pg_dump"), ["--schema-only", server.url(source)], { env });
    expect(text).toContain("CREATE TABLE public.t (");
  });
});
