import { afterEach, beforeEach, expect, it } from "vitest";
import { runPgstow } from "../cli/pgstow.ts";
import { describeOnServers } from "../support/server.ts";

/** No released server has what we do not know; so the catalogs are made to say that it does. */
const inventions: readonly [what: string, sql: string, finding: string][] = [
  [
    "a kind of relation",
    "UPDATE pg_class SET relkind = 'Z' WHERE relname = 'plain_view'",
    "pg_class.relkind 'Z' of relation public.plain_view",
  ],
  ["a kind of type", "UPDATE pg_type SET typtype = 'Z' WHERE typname = 'mood'", "pg_type.typtype 'Z' of type public.mood"],
  ["a kind of routine", "UPDATE pg_proc SET prokind = 'Z' WHERE proname = 'one'", "pg_proc.prokind 'Z' of function public.one()"],
  [
    "a kind of constraint",
    "UPDATE pg_constraint SET contype = 'Z' WHERE conname = 'once'",
    "pg_constraint.contype 'Z' of constraint once on table public.t",
  ],
  [
    "a kind of column",
    "UPDATE pg_attribute SET attgenerated = 'Z' WHERE attname = 'doubled'",
    "pg_attribute.attgenerated 'Z' of column doubled of table public.t",
  ],
  ["a kind of policy", "UPDATE pg_policy SET polcmd = 'Z'", "pg_policy.polcmd 'Z' of policy p on table public.t"],
  [
    "a kind of default privileges",
    "UPDATE pg_default_acl SET defaclobjtype = 'Z'",
    "pg_default_acl.defaclobjtype 'Z' of default privileges",
  ],
  [
    "a kind of dependency",
    "UPDATE pg_depend SET deptype = 'Z' WHERE classid = 'pg_class'::regclass AND objid = 'public.plain_view'::regclass",
    "1 dependencies of type 'Z'",
  ],
  [
    "a catalog",
    `CREATE TABLE public.new_catalog (oid oid); INSERT INTO pg_description VALUES (99999, 'public.new_catalog'::regclass, 0, 'a thing')`,
    "1 of public.new_catalog",
  ],
  ["a property", "ALTER TABLE pg_catalog.pg_policy ADD COLUMN polnew integer", "column pg_policy.polnew"],
];

await describeOnServers("what pgstow does not know", (server) => {
  let database = "";

  beforeEach(async () => {
    database = await server.createDatabase("unmodelled");
    await server.query(
      database,
      `CREATE TABLE public.t (a integer CONSTRAINT once UNIQUE, doubled integer GENERATED ALWAYS AS (a * 2) STORED);
       CREATE VIEW public.plain_view AS SELECT 1 AS one;
       CREATE TYPE public.mood AS ENUM ('fine');
       CREATE FUNCTION public.one() RETURNS integer LANGUAGE sql AS 'SELECT 1';
       CREATE POLICY p ON public.t;
       ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC`,
    );
  });

  afterEach(() => server.dropDatabase(database));

  const dump = (...args: string[]) => runPgstow(["dump", "-d", server.url(database), "-s", ...args]);

  it("nothing is reported when there is nothing", async () => {
    const { code, stderr } = await dump("--strict");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  it.each(inventions)("%s is a warning, and an error with --strict", async (_what, sql, finding) => {
    await server.query(database, `SET allow_system_table_mods = on; ${sql}`);
    const lax = await dump();
    expect(lax.stderr).toMatch(/^pgstow: warning: .*this program does not/m);
    expect(lax.stderr).toContain(`pgstow: detail: ${finding}`);
    expect(lax.code).toBe(0);
    expect(lax.stdout).toContain("PostgreSQL database dump complete");

    const strict = await dump("--strict");
    expect([strict.code, strict.stdout]).toEqual([1, ""]);
    expect(strict.stderr).toMatch(/^pgstow: error: .*this program does not/m);
    expect(strict.stderr).toContain(`pgstow: detail: ${finding}`);
  });
});
