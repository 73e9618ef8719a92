import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runPgstow } from "../cli/pgstow.ts";
import { findBinaries } from "../support/binaries.ts";
import type { Cluster } from "../support/cluster.ts";
import { startCluster } from "../support/cluster.ts";
import { wantedMajors } from "../support/majors.ts";

const run = promisify(execFile);

describe.each(wantedMajors())("a standby server, PostgreSQL %i", (major) => {
  let folder = "";
  let primary: Cluster | undefined;
  let standby: Cluster | undefined;

  const urlOf = (cluster: Cluster | undefined) => `postgres://postgres@127.0.0.1:${String(cluster?.port)}/postgres`;
  async function query(cluster: Cluster | undefined, sql: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: urlOf(cluster) });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pgstow-standby-"));
    await chmod(folder, 0o755);
    for (const name of ["first", "primary", "standby"]) await mkdir(join(folder, name));
    const binaries = await findBinaries(major);
    // A copy of a server that is stopped is as good as a base backup.
    const first = await startCluster(binaries, { folder: join(folder, "first") });
    await query(
      first,
      "CREATE TABLE public.logged (a integer); CREATE UNLOGGED TABLE public.unlogged (a integer); CREATE SEQUENCE public.s; CREATE TABLE public.long AS SELECT i FROM generate_series(1, 2000) AS i",
    );
    await query(first, "INSERT INTO logged VALUES (1); SELECT nextval('s')");
    // Commits are not waited for: this writes them.
    await query(first, "CHECKPOINT");
    await first.stop();
    for (const name of ["primary", "standby"]) await run("cp", ["-a", first.dataDir, join(folder, name, "data")]);
    await writeFile(join(folder, "standby", "data", "standby.signal"), "");
    for (const name of ["primary", "standby"]) await rm(join(folder, name, "data", "postmaster.pid"), { force: true });
    primary = await startCluster(binaries, { folder: join(folder, "primary") });
    standby = await startCluster(binaries, {
      folder: join(folder, "standby"),
      settings: { primary_conninfo: `host=127.0.0.1 port=${String(primary.port)} user=postgres` },
    });
    await query(primary, "INSERT INTO unlogged VALUES (2); INSERT INTO logged VALUES (2)");
    while ((await query(standby, "SELECT a FROM logged")).length < 2) await sleep(50);
  });

  afterAll(async () => {
    await standby?.stop();
    await primary?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("is dumped as its primary is, but for the rows of unlogged tables", async () => {
    const [from, of] = [
      await runPgstow(["dump", "-d", urlOf(standby)]),
      await runPgstow(["dump", "-d", urlOf(primary), "--no-unlogged-table-data"]),
    ];
    expect([from.code, from.stderr]).toEqual([0, ""]);
    const text = (script: string) => script.replaceAll(/^\\(un)?restrict .*$/gm, "");
    expect(text(from.stdout)).toBe(text(of.stdout));
    expect(from.stdout).toContain("CREATE UNLOGGED TABLE public.unlogged");
    expect(from.stdout).toContain("COPY public.logged (a) FROM stdin;\n1\n2\n\\.\n");
    expect(from.stdout).not.toContain("COPY public.unlogged");
  });

  it("is dumped on several sessions, with a table in ranges", async () => {
    const archive = join(folder, "standby.sql.zst");
    const results = [
      await runPgstow(["dump", "-j2", "--split-tables-larger-than=1B", "-f", archive, "-d", urlOf(standby)]),
      await runPgstow(["convert", "-F", "plain", archive, "-"]),
      await runPgstow(["dump", "-d", urlOf(standby)]),
    ];
    expect(results.map(({ code, stderr }) => ({ code, stderr }))).toEqual(results.map(() => ({ code: 0, stderr: "" })));
    const text = (script = "") => script.replaceAll(/^\\(un)?restrict .*$/gm, "");
    expect(text(results[1]?.stdout)).toBe(text(results[2]?.stdout));
  });

  it("has no serializable transactions, which is said", async () => {
    const { code, stderr } = await runPgstow(["dump", "-d", urlOf(standby), "--serializable-deferrable"]);
    expect(stderr).toMatch(/^pgstow: error: .*(serializable|SERIALIZABLE).*standby/);
    expect(code).toBe(1);
  });
});
