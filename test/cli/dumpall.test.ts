import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dumpAll } from "../../src/index.ts";
import { findBinaries, MissingServer, testCacheFolder } from "../support/binaries.ts";
import type { Cluster } from "../support/cluster.ts";
import { startCluster } from "../support/cluster.ts";
import { difference } from "../support/difference.ts";
import type { Major } from "../support/majors.ts";
import { hasProgram, runClient, withoutVersions } from "../support/oracle.ts";
import { clientEnvironment, findProgram } from "../support/programs.ts";
import { runProgram } from "../support/run-program.ts";
import { runPgstow } from "./pgstow.ts";

/** Roles with everything that a role can have. */
const roles = `
  CREATE ROLE alice LOGIN PASSWORD 'secret' CONNECTION LIMIT 5 VALID UNTIL '2030-01-02 03:04:05+00';
  CREATE ROLE bob NOINHERIT CREATEROLE CREATEDB;
  CREATE ROLE "Odd role'x" LOGIN REPLICATION BYPASSRLS;
  CREATE ROLE carol VALID UNTIL 'infinity';
  CREATE ROLE admin SUPERUSER;
  GRANT bob TO alice WITH ADMIN OPTION;
  SET SESSION AUTHORIZATION alice; GRANT bob TO carol; RESET SESSION AUTHORIZATION;
  GRANT carol TO "Odd role'x";
  GRANT pg_read_all_data TO alice;
  COMMENT ON ROLE alice IS E'it''s back\\\\slash';
  ALTER ROLE alice SET search_path TO app, "Odd Schema";
  ALTER ROLE alice SET "custom.x" TO E'back\\\\slash''q';
  ALTER ROLE postgres SET log_min_messages = 'error';
  GRANT SET ON PARAMETER work_mem TO bob WITH GRANT OPTION;
  GRANT SET, ALTER SYSTEM ON PARAMETER "custom.y" TO alice;
  GRANT ALTER SYSTEM ON PARAMETER log_min_messages TO PUBLIC;
`;

/** Grants whose order matters, since 16. */
const memberships = `
  CREATE ROLE m_a; CREATE ROLE m_b; CREATE ROLE m_c; CREATE ROLE m_d;
  GRANT m_a TO m_d WITH ADMIN OPTION, INHERIT FALSE, SET FALSE;
  GRANT m_a TO m_b WITH ADMIN TRUE;
  GRANT m_a TO m_b WITH INHERIT FALSE GRANTED BY m_d;
  GRANT m_a TO m_c GRANTED BY m_b;
`;

const databases = `
  CREATE DATABASE shop TEMPLATE template0 OWNER alice TABLESPACE fast CONNECTION LIMIT 7;
  CREATE DATABASE "odd d'b" TEMPLATE template0;
  CREATE DATABASE closed TEMPLATE template0 ALLOW_CONNECTIONS false;
  CREATE DATABASE a_template TEMPLATE template0 IS_TEMPLATE true;
  COMMENT ON DATABASE a_template IS 'to be copied';
  REVOKE CONNECT ON DATABASE shop FROM PUBLIC;
  ALTER DATABASE shop SET work_mem = '7MB';
  ALTER ROLE alice IN DATABASE shop SET "DateStyle" TO 'ISO, DMY';
`;

const tables = `
  CREATE SCHEMA app AUTHORIZATION alice;
  CREATE TABLE app.sale (id integer PRIMARY KEY, note text);
  INSERT INTO app.sale SELECT i, 'n' || i FROM generate_series(1, 500) AS i;
  GRANT SELECT ON app.sale TO bob;
  SELECT lo_from_bytea(4711, 'a large object');
`;

function url(cluster: Cluster, database = "postgres"): string {
  return `postgres://postgres@127.0.0.1:${String(cluster.port)}/${encodeURIComponent(database)}`;
}

async function run(cluster: Cluster, statements: string, database?: string): Promise<void> {
  const client = new pg.Client({ connectionString: url(cluster, database) });
  await client.connect();
  try {
    // Some statements must not share a transaction with others, which a script of several makes.
    for (const statement of statements.split(/;\s*\n|;\s+(?=[A-Z])/)) if (statement.trim() !== "") await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Servers of this file's own: roles and tablespaces belong to a whole server. */
async function whyNoServer(major: Major): Promise<string | undefined> {
  try {
    await findBinaries(major);
    return undefined;
  } catch (error) {
    if (error instanceof MissingServer) return error.message.split("\n")[0] ?? "no server";
    throw error;
  }
}

const clusters: Cluster[] = [];
const folders: string[] = [];

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pgstow-dumpall-"));
  folders.push(folder);
  return folder;
}

async function newCluster(major: Major): Promise<Cluster> {
  const folder = await newFolder();
  const cluster = await startCluster(await findBinaries(major), {
    folder,
    settings: { allow_in_place_tablespaces: "on", max_connections: "20", shared_buffers: "16MB" },
    initCache: testCacheFolder(),
  });
  clusters.push(cluster);
  return cluster;
}

async function fill(cluster: Cluster, major: Major): Promise<void> {
  await run(cluster, roles);
  if (major >= 16) await run(cluster, memberships);
  await run(cluster, `CREATE TABLESPACE fast OWNER bob LOCATION '' WITH (random_page_cost = 1.5, seq_page_cost = 2)`);
  await run(cluster, `GRANT CREATE ON TABLESPACE fast TO alice WITH GRANT OPTION;\nCOMMENT ON TABLESPACE fast IS E'back\\\\slash';\n`);
  await run(cluster, databases);
  await run(cluster, tables, "shop");
  await run(cluster, "CREATE TABLE in_template1 (a integer)", "template1");
  await run(cluster, "CREATE TABLE in_postgres (a integer)");
}

afterAll(async () => {
  for (const cluster of clusters) await cluster.stop();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

/** The real program of this major is the judge. */
const judged: Major = 15;
const missingJudge = (await hasProgram("pg_dumpall", judged)) ? await whyNoServer(judged) : `there is no pg_dumpall ${String(judged)} here`;

describe.skipIf(missingJudge !== undefined)(`a whole server${missingJudge === undefined ? "" : ` (skipped: ${missingJudge})`}`, () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await newCluster(judged);
    await fill(cluster, judged);
  });

  async function ours(args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await runPgstow(["dumpall", "--restrict-key=k", "-d", url(cluster), ...args]);
    expect({ args, code, stderr: stderr.replace(/^.*"closed" is not dumped: it accepts no connections\n/m, "") }).toEqual({
      args,
      code: 0,
      stderr: "",
    });
    return stdout;
  }

  it.each([
    [[]],
    [["-g"]],
    [["-r", "-c", "--if-exists", "--no-role-passwords", "--no-comments"]],
    [["-t", "-c"]],
    [["-s", "-c", "--if-exists", "--quote-all-identifiers"]],
    [["-a", "--disable-triggers", "-S", "boss", "--rows-per-insert=100", "--exclude-database", "a*"]],
    [["-s", "-x", "-O", "--no-tablespaces", "-l", "template1", "--role=admin"]],
    [["-s", "--quote-all-identifiers"]],
  ])("is written as pg_dumpall writes it: %j", async (args) => {
    const theirs = await runClient("pg_dumpall", judged, ["--restrict-key=k", "-d", url(cluster), ...args]);
    expect(await difference(withoutVersions(theirs), withoutVersions(await ours(args)))).toBe("");
  });

  it("goes into a file, which is there only when all went well", async () => {
    const folder = await newFolder();
    const file = join(folder, "all.sql");
    await ours(["-g", "-f", file]);
    expect(await readFile(file, "utf8")).toMatch(/^CREATE ROLE alice;$/m);
    const again = await runPgstow(["dumpall", "-g", "-f", file, "-d", url(cluster)]);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining("exists already") as string });
    const failed = await runPgstow(["dumpall", "-f", join(folder, "none.sql"), "-d", url(cluster), "--role=nobody_of_that_name"]);
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('role "nobody_of_that_name" does not exist') as string });
    expect(await readdir(folder)).toEqual(["all.sql"]);
  });

  it("can be read without passwords by anybody, and says so", async () => {
    const as = url(cluster).replace("postgres@", encodeURIComponent("Odd role'x") + "@");
    const refused = await runPgstow(["dumpall", "-g", "-d", as]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^pgstow: hint: .*--no-role-passwords/m);
    const { code, stdout } = await runPgstow(["dumpall", "-g", "--no-role-passwords", "-d", as]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ALTER ROLE alice WITH .* CONNECTION LIMIT 5 VALID UNTIL/m);
    expect(stdout).not.toContain("SCRAM-SHA-256");
  });

  it("leaves out the databases of a filter file", async () => {
    const filter = join(await newFolder(), "filter");
    await writeFile(filter, "exclude database *o* # all with an o\n");
    const text = await ours(["-s", "--filter", filter]);
    expect([...text.matchAll(/^-- Database "(.*)" dump$/gm)].map(([, name]) => name)).toEqual(["template1", "a_template"]);
    await writeFile(filter, "include database shop\n");
    const refused = await runPgstow(["dumpall", "--filter", filter, "-d", url(cluster)]);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('include filter for "database" is not allowed') as string });
  });

  it("refuses what pg_dumpall refuses, in its words", async () => {
    const program = await findProgram("pg_dumpall", judged);
    for (const args of [
      ["-gr"],
      ["-g", "-t"],
      ["-rt"],
      ["--if-exists"],
      ["-as"],
      ["-ca"],
      ["--exclude-database=x", "-g"],
      ["-g", "extra"],
    ]) {
      const theirs = await runProgram(program?.path ?? "", ["-d", url(cluster), ...args], { env: clientEnvironment() });
      const { code, stdout, stderr } = await runPgstow(["dumpall", "-d", url(cluster), ...args]);
      expect({ args, code, stdout }).toEqual({ args, code: theirs.code, stdout: "" });
      const said = (text: string) => /error: (.*)/.exec(text)?.[1];
      expect(said(stderr)).toBe(said(theirs.stderr));
    }
    const upgrade = await runPgstow(["dumpall", "--binary-upgrade", "-d", url(cluster)]);
    expect(upgrade).toMatchObject({ code: 1, stderr: expect.stringContaining("--binary-upgrade is not supported") as string });
  });
});

/** Nobody else's pg_dumpall is there for this one: psql restores, and the second server must be like the first. */
const newest: Major = 18;
const missingNewest = (await findProgram("psql")) === undefined ? "there is no psql here" : await whyNoServer(newest);

describe.skipIf(missingNewest !== undefined)(
  `a whole server of version ${String(newest)}${missingNewest === undefined ? "" : ` (skipped: ${missingNewest})`}`,
  () => {
    it("comes back in another one, with memberships in an order that the server takes", async () => {
      const [one, other] = [await newCluster(newest), await newCluster(newest)];
      await fill(one, newest);
      const folder = await newFolder();
      await mkdir(join(folder, "scripts"));
      const scriptOf = async (cluster: Cluster, name: string): Promise<string> => {
        const file = join(folder, "scripts", name);
        const { databases: dumped, roles: count } = await dumpAll({ connection: url(cluster), file, restrictKey: "k" });
        expect(dumped).toEqual(["template1", "a_template", "odd d'b", "postgres", "shop"]);
        expect(count).toBe(10);
        return readFile(file, "utf8");
      };
      const script = await scriptOf(one, "one.sql");
      const memberships18 = script.match(/^GRANT m_a TO .*$/gm);
      expect(memberships18).toEqual([
        "GRANT m_a TO m_b WITH ADMIN OPTION, INHERIT TRUE GRANTED BY postgres;",
        "GRANT m_a TO m_c WITH INHERIT TRUE GRANTED BY m_b;",
        "GRANT m_a TO m_d WITH ADMIN OPTION, INHERIT FALSE, SET FALSE GRANTED BY postgres;",
        "GRANT m_a TO m_b WITH INHERIT FALSE GRANTED BY m_d;",
      ]);
      const psql = await findProgram("psql");
      const restored = await runProgram(psql?.path ?? "", ["-X", "-q", "-d", url(other), "-f", join(folder, "scripts", "one.sql")], {
        env: clientEnvironment(),
      });
      const errors = restored.stderr.split("\n").filter((line) => line.includes("ERROR"));
      expect(errors).toEqual([expect.stringContaining('role "postgres" already exists') as string]);
      expect(await difference(script, await scriptOf(other, "other.sql"))).toBe("");
    });
  },
);
