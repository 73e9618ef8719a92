import pg from "pg";
import { afterEach, beforeEach, expect, it } from "vitest";
import { dumpPlain } from "./dump-plain.ts";
import { openHoldingProxy } from "./holding-proxy.ts";
import { describeOnServers } from "../support/server.ts";

/** In the first query of details; what exists has been read before. */
const MARKER = "pg_get_viewdef";

const shop = `
  CREATE TYPE public.size AS ENUM ('small', 'large');
  CREATE TYPE public.pair AS (a public.size, b integer);
  CREATE TABLE public.t (a integer PRIMARY KEY, b integer);
  CREATE STATISTICS public.s ON a, b FROM public.t;
  CREATE VIEW public.v AS SELECT a FROM public.t;
  CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
  CREATE TRIGGER g INSTEAD OF INSERT ON public.v FOR EACH ROW EXECUTE FUNCTION public.touch();
  CREATE MATERIALIZED VIEW public.m AS SELECT a FROM public.t;
  CREATE INDEX m_a ON public.m (a);
  CREATE SEQUENCE public.q;
  CREATE FUNCTION public.f(x integer DEFAULT 1) RETURNS integer LANGUAGE sql AS 'SELECT x';
  CREATE FUNCTION public.add(integer, integer) RETURNS integer LANGUAGE sql AS 'SELECT $1 + $2';
  CREATE AGGREGATE public.total(integer) (SFUNC = public.add, STYPE = integer);
`;

await describeOnServers("schema changes during a dump", (server) => {
  let database = "";

  beforeEach(async () => {
    database = await server.createDatabase("changed");
    await server.query(database, shop);
  });

  afterEach(() => server.dropDatabase(database));

  const direct = () => dumpPlain(server.url(database));

  /** Dumps, and runs the statements when what exists was read and its details were not. */
  async function dumpDuring(sql: string, snapshot?: string): Promise<string> {
    let ran = false;
    const proxy = await openHoldingProxy(server, MARKER, async () => {
      await server.query(database, sql);
      ran = true;
    });
    try {
      return await dumpPlain(proxy.url(server.url(database)), snapshot === undefined ? {} : { snapshot });
    } finally {
      await proxy.close();
      expect(ran).toBe(true);
    }
  }

  const drops = [
    ["DROP VIEW public.v", /public\.v/],
    ["DROP TRIGGER g ON public.v", /trigger "public\.v\.g" was dropped while it was being read/],
    ["DROP MATERIALIZED VIEW public.m", /public\.m/],
    ["DROP INDEX public.m_a", /index "public\.m_a" was dropped while it was being read/],
    ["DROP SEQUENCE public.q", /public\.q/],
    ["DROP FUNCTION public.f", /function "public\.f" was dropped while it was being read/],
    ["DROP AGGREGATE public.total(integer)", /aggregate "public\.total" was dropped while it was being read/],
    ["DROP STATISTICS public.s", /statistics object "public\.s" was dropped while it was being read/],
    ["DROP TYPE public.size CASCADE", /type "public\.size" was dropped while it was being read/],
  ] as const;

  it.each(drops)("%s: the dump starts over and is that of the database without it", async (sql) => {
    const before = await direct();
    const dumped = await dumpDuring(sql);
    expect(dumped).toBe(await direct());
    expect(dumped).not.toBe(before);
  });

  it.each(drops)("%s: a dump of a given snapshot ends with a line that names it", async (sql, name) => {
    const holder = new pg.Client({ connectionString: server.url(database) });
    await holder.connect();
    try {
      await holder.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
      const { rows } = await holder.query<{ snapshot: string }>("SELECT pg_export_snapshot() AS snapshot");
      const error: unknown = await dumpDuring(sql, rows[0]!.snapshot).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "concurrent-change", hint: expect.stringMatching(/[Dd]ump again/) as string });
      expect((error as Error).message).toMatch(name);
      expect((error as Error).message).not.toContain("\n");
    } finally {
      await holder.end();
    }
  });

  it("what is replaced or added meanwhile is dumped as the snapshot shows it", async () => {
    const before = await direct();
    const dumped = await dumpDuring(`
      CREATE OR REPLACE VIEW public.v AS SELECT a FROM public.t WHERE a > 1;
      CREATE OR REPLACE FUNCTION public.f(x integer DEFAULT 1) RETURNS integer LANGUAGE sql AS 'SELECT x + 1';
      CREATE VIEW public.w AS SELECT 1; CREATE TABLE public.u (); INSERT INTO public.t VALUES (1, 1)`);
    expect(dumped).toBe(before);
  });

  it("tables cannot be changed meanwhile", async () => {
    const dumped = dumpDuring(`DO $$ BEGIN
      LOCK TABLE public.t IN ACCESS EXCLUSIVE MODE NOWAIT;
      RAISE EXCEPTION 'the table was not locked';
    EXCEPTION WHEN lock_not_available THEN NULL; END $$`);
    expect(await dumped).toBe(await direct());
  });
});
