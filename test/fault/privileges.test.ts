import { afterAll, beforeAll, expect, it } from "vitest";
import { runPgstow } from "../cli/pgstow.ts";
import { describeOnServers } from "../support/server.ts";

await describeOnServers("dumping without being superuser", (server) => {
  let database = "";
  const name = (part: string) => `pgstow_${part}_${String(process.pid)}`;
  const [reader, owner, allReader] = [name("reader"), name("owner"), name("all_reader")];

  beforeAll(async () => {
    database = await server.createDatabase("privileges");
    const roles = [reader, owner, allReader].map((role) => `CREATE ROLE ${role} LOGIN;`).join(" ");
    await server.query("postgres", `${roles} ${server.major >= 14 ? `GRANT pg_read_all_data TO ${allReader}` : ""}`);
    await server.query(
      database,
      `CREATE SCHEMA app; CREATE SCHEMA hidden; CREATE SCHEMA counted; CREATE SCHEMA rows;
       CREATE TABLE app.open (a integer); INSERT INTO app.open VALUES (1), (2);
       CREATE TABLE app.locked (a integer); CREATE TABLE hidden.behind (a integer); CREATE SEQUENCE counted.counter;
       CREATE TABLE rows.secured (a integer); INSERT INTO rows.secured VALUES (1), (2);
       ALTER TABLE rows.secured ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON rows.secured USING (a = 1);
       GRANT USAGE ON SCHEMA app, counted, rows TO ${reader}; GRANT SELECT ON app.open, hidden.behind, rows.secured TO ${reader};
       CREATE SCHEMA mine AUTHORIZATION ${owner};
       SET ROLE ${owner};
       CREATE TABLE mine.t (id serial PRIMARY KEY, a text); INSERT INTO mine.t (a) VALUES ('x');
       CREATE VIEW mine.v AS SELECT a FROM mine.t; CREATE FUNCTION mine.f() RETURNS integer LANGUAGE sql AS 'SELECT 1';
       CREATE TYPE mine.e AS ENUM ('x'); GRANT SELECT ON mine.t TO PUBLIC;
       RESET ROLE;
       CREATE SUBSCRIPTION ${name("sub")} CONNECTION 'dbname=x password=not-to-be-seen' PUBLICATION p WITH (connect = false);
       CREATE FOREIGN DATA WRAPPER w; CREATE SERVER remote FOREIGN DATA WRAPPER w; GRANT USAGE ON FOREIGN SERVER remote TO ${owner};
       CREATE USER MAPPING FOR ${reader} SERVER remote OPTIONS (password 'not-to-be-seen')`,
    );
  });

  afterAll(async () => {
    const sub = name("sub");
    await server.query(database, `ALTER SUBSCRIPTION ${sub} SET (slot_name = NONE)`);
    await server.query(database, `DROP SUBSCRIPTION ${sub}`);
    await server.dropDatabase(database);
    await server.query("postgres", `DROP ROLE ${reader}, ${owner}, ${allReader}`);
  });

  function dumpAs(role: string, ...args: string[]) {
    const url = new URL(server.url(database));
    url.username = role;
    return runPgstow(["dump", "-Fp", "-d", url.href, ...args]);
  }

  it.each<[string, string[], RegExp]>([
    ["SELECT on a table", ["-t", "app.*"], /^pgstow: error: .*permission denied for table locked\n/],
    ["USAGE on a schema", ["-t", "hidden.*"], /^pgstow: error: .*permission denied for schema hidden\n/],
    ["SELECT on a sequence", ["-t", "counted.*"], /^pgstow: error: .*counter/],
    ["all rows of a table", ["-t", "rows.*"], /^pgstow: error: .*row-level security policy for table "secured"/],
    ["whatever, of the whole database", [], /^pgstow: error: .*permission denied for (table|schema|sequence) \w+/m],
  ])("lacking %s is an error that names it, and no hole", async (_what, args, error) => {
    const { code, stderr } = await dumpAs(reader, ...args);
    expect(stderr).toMatch(error);
    expect(code).toBe(1);
  });

  it("what may be read is dumped, and rows of a secured table if that is asked for", async () => {
    const open = await dumpAs(reader, "-t", "app.open");
    expect([open.code, open.stderr]).toEqual([0, ""]);
    expect(open.stdout).toContain("COPY app.open (a) FROM stdin;\n1\n2\n\\.\n");
    const secured = await dumpAs(reader, "-t", "rows.secured", "--enable-row-security");
    expect([secured.code, secured.stderr]).toEqual([0, ""]);
    expect(secured.stdout).toContain("COPY rows.secured (a) FROM stdin;\n1\n\\.\n");
  });

  it("an owner dumps what it owns", async () => {
    const own = await dumpAs(owner, "-n", "mine");
    expect([own.code, own.stderr]).toEqual([0, ""]);
    const all = await runPgstow(["dump", "-Fp", "-d", server.url(database), "-n", "mine"]);
    const text = (script: string) => script.replaceAll(/^\\(un)?restrict .*$/gm, "");
    expect(text(own.stdout)).toBe(text(all.stdout));
  });

  it("subscriptions are missing with a warning, and so are the options of others' user mappings; no secret is told", async () => {
    const hidden = ["app", "hidden", "counted", "rows"].map((schema) => `-T${schema}.*`);
    const { code, stdout, stderr } = await dumpAs(owner, "-s", ...hidden);
    expect(stderr).toMatch(/^pgstow: warning: subscriptions are left out: the dumping role is not a superuser$/m);
    expect(stderr).toMatch(/^pgstow: warning: options of user mappings that the dumping role may not read are left out$/m);
    expect(code).toBe(0);
    expect(stdout).toContain(`CREATE USER MAPPING FOR ${reader} SERVER remote;`);
    for (const text of [stdout, stderr]) expect(text).not.toContain("not-to-be-seen");
  });

  it.runIf(server.major >= 14)("a role that may read all data dumps all of it but secured rows", async () => {
    const { code, stdout, stderr } = await dumpAs(allReader, "-T", "rows.*");
    expect(stderr.split("\n").filter((line) => line.startsWith("pgstow: error"))).toEqual([]);
    expect(code).toBe(0);
    for (const table of ["app.locked", "hidden.behind", "mine.t"]) expect(stdout).toContain(`COPY ${table} (`);
    // As in pg_dump, how others log in elsewhere is no data.
    expect(stdout).toContain(`CREATE USER MAPPING FOR ${reader} SERVER remote;`);
    expect(stderr).toMatch(/^pgstow: warning: options of user mappings/m);
    expect((await dumpAs(allReader)).stderr).toMatch(/row-level security policy for table "secured"/);
  });
});
