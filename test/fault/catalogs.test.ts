import { afterEach, beforeEach, expect, it } from "vitest";
import { runPgstow } from "../cli/pgstow.ts";
import { describeOnServers } from "../support/server.ts";

await describeOnServers("broken catalogs", (server) => {
  let database = "";

  beforeEach(async () => {
    database = await server.createDatabase("broken");
    await server.query(
      database,
      "CREATE TABLE public.t (a integer); CREATE VIEW public.v AS SELECT a FROM public.t; CREATE TABLE public.kept (b text)",
    );
  });

  afterEach(() => server.dropDatabase(database));

  const dump = (...args: string[]) => runPgstow(["dump", "-d", server.url(database), ...args]);
  const breakIt = (sql: string) => server.query(database, `SET allow_system_table_mods = on; ${sql}`);

  it("dependencies on rows that are gone are passed over", async () => {
    const before = await dump("-s", "--restrict-key=k");
    await breakIt(`INSERT INTO pg_depend VALUES ('pg_class'::regclass, 'public.t'::regclass, 0, 'pg_type'::regclass, 987654, 0, 'n'),
      ('pg_proc'::regclass, 987655, 0, 'pg_class'::regclass, 'public.t'::regclass, 0, 'n'),
      (987656, 987657, 0, 'pg_namespace'::regclass, 'public'::regnamespace, 0, 'e')`);
    const after = await dump("-s", "--restrict-key=k");
    expect(after).toEqual(before);
    expect(after.code).toBe(0);
  });

  it.each([
    ["UPDATE pg_class SET relowner = 987654 WHERE relname = 't'", /^pgstow: error: role with OID 987654 does not exist\n/],
    ["UPDATE pg_class SET relnamespace = 987654 WHERE relname = 't'", /^pgstow: error: schema with OID 987654 does not exist\n/],
    ["DELETE FROM pg_rewrite WHERE ev_class = 'public.v'::regclass", /^pgstow: error: .*public\.v/],
    ["DELETE FROM pg_attribute WHERE attrelid = 'public.v'::regclass", /^pgstow: error: reading view definitions: .*\(public\.v\)\n/],
  ])("%s is an error that names it", async (sql, error) => {
    await breakIt(sql);
    const { code, stdout, stderr } = await dump();
    expect(stderr).toMatch(error);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  });

  it("a database that was left half made or half dropped is not dumped", async () => {
    await breakIt(`UPDATE pg_database SET datconnlimit = -2 WHERE datname = '${database}'`);
    const { code, stdout, stderr } = await dump();
    await server.query("postgres", `UPDATE pg_database SET datconnlimit = -1 WHERE datname = '${database}'`);
    expect(stderr).toMatch(new RegExp(`^pgstow: error: .*invalid database "${database}"`));
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  });
});
