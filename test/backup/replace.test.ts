import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { BackupManager, type Diagnostic } from "../../src/index.ts";
import { hasProgram, normalizeDump, pgDump, wasmPgDump } from "../support/oracle.ts";
import { describeOnServers } from "../support/server.ts";
import { createBlog, remoteOf } from "./shop.ts";

/** Something of every kind that a database can hold beside tables, much of it in `public`, which stays while all in it goes. */
const CLUTTER = `
  CREATE SCHEMA junk;
  CREATE TABLE junk.a (i integer PRIMARY KEY);
  CREATE TABLE public.b (i integer REFERENCES junk.a);
  CREATE TYPE public.mood AS ENUM ('a', 'b');
  CREATE DOMAIN public.dd AS integer CHECK (value > 0);
  CREATE TYPE public.comp AS (a integer, b public.mood);
  CREATE TYPE public.rng AS RANGE (subtype = integer);
  CREATE TYPE public.shell;
  CREATE TABLE public.uses (c public.comp, m public.mood, d public.dd, r public.rng);
  CREATE AGGREGATE public.agg(integer) (sfunc = int4pl, stype = int4);
  CREATE AGGREGATE public.cnt(*) (sfunc = int8inc, stype = int8, initcond = '0');
  CREATE OPERATOR public.### (leftarg = integer, rightarg = integer, function = int4pl);
  CREATE FUNCTION public."Odd ""Name"(integer, text[]) RETURNS integer LANGUAGE sql AS 'SELECT 1';
  CREATE PROCEDURE public.pr() LANGUAGE sql AS 'SELECT 1';
  SELECT pg_catalog.lo_from_bytea(0, 'abc');
  ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;
  ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
  ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON SEQUENCES TO PUBLIC;
  CREATE PUBLICATION pp FOR ALL TABLES;
  CREATE PUBLICATION pq FOR TABLE public.b;
  CREATE CAST (public.mood AS integer) WITH INOUT;
  CREATE CAST (bigint AS point) WITH INOUT;
  CREATE COLLATION public.cc FROM "C";
  CREATE TABLE public.st (i integer, j integer);
  CREATE STATISTICS public.ss ON i, j FROM public.st;
  CREATE FOREIGN DATA WRAPPER fw;
  CREATE SERVER sv FOREIGN DATA WRAPPER fw;
  CREATE USER MAPPING FOR PUBLIC SERVER sv;
  CREATE FOREIGN TABLE public.ft (i integer) SERVER sv;
  CREATE TEXT SEARCH CONFIGURATION public.tsc (copy = simple);
  CREATE TEXT SEARCH DICTIONARY public.tsd (template = simple);
  CREATE CONVERSION public.conv FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1;
  CREATE TABLE public.part (i integer) PARTITION BY RANGE (i);
  CREATE TABLE public.part1 PARTITION OF public.part FOR VALUES FROM (0) TO (10);
  CREATE TABLE junk.part2 PARTITION OF public.part FOR VALUES FROM (10) TO (20);
  CREATE TABLE public.idt (i integer GENERATED ALWAYS AS IDENTITY, j serial, k text);
  CREATE VIEW public.v AS SELECT * FROM public.idt;
  CREATE MATERIALIZED VIEW public.mv AS SELECT * FROM public.v;
  CREATE SEQUENCE public.sq OWNED BY public.idt.k;
  CREATE POLICY pol ON public.idt USING (true);
  CREATE OPERATOR CLASS public.oc FOR TYPE integer USING btree AS OPERATOR 1 <, FUNCTION 1 btint4cmp(integer, integer);
  CREATE OPERATOR FAMILY public.of USING hash;
  CREATE ACCESS METHOD am2 TYPE INDEX HANDLER bthandler;
  CREATE LANGUAGE plx HANDLER plpgsql_call_handler;
  COMMENT ON SCHEMA public IS 'changed';
  CREATE FUNCTION public.trg() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''seen''; END';
  CREATE EVENT TRIGGER et ON sql_drop EXECUTE FUNCTION public.trg();
  CREATE EVENT TRIGGER et2 ON ddl_command_end EXECUTE FUNCTION public.trg();`;

/** Run before the event triggers are there. */
const GRANTS = `
  GRANT CREATE ON SCHEMA public TO PUBLIC;
  GRANT SELECT ON pg_catalog.pg_authid TO PUBLIC;
  REVOKE EXECUTE ON FUNCTION pg_catalog.lower(text) FROM PUBLIC;
  REVOKE ALL ON TYPE pg_catalog.int4 FROM PUBLIC;`;

await describeOnServers("a replacing restore", (server) => {
  let folder = "";
  let blog = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pgstow-replace-"));
    blog = await createBlog(server, "replace_source");
  });

  afterAll(async () => {
    await server.dropDatabase(blog);
    await rm(folder, { recursive: true });
  });

  const dump = async (database: string) => {
    const hasOwn = await hasProgram("pg_dump", server.major);
    return normalizeDump(hasOwn ? await pgDump(server.major, server.url(database)) : await wasmPgDump(server, database));
  };

  /** A database with clutter in it, for the time of one test. */
  async function withTarget(work: (database: string) => Promise<void>): Promise<void> {
    const database = await server.createDatabase("replace_target");
    try {
      await server.query(database, GRANTS + CLUTTER);
      await work(database);
    } finally {
      await server.dropDatabase(database);
    }
  }

  it("leaves nothing of what was there, of any kind", async () => {
    const manager = new BackupManager(join(folder, "all"));
    const backup = await manager.createBackup(remoteOf(server, "blog", blog));
    await withTarget(async (database) => {
      await manager.restoreBackup(backup, remoteOf(server, "target", database), { replace: true });
      expect(await dump(database)).toBe(await dump(blog));
      const left = await server.query(
        database,
        `SELECT count(*)::integer AS large_objects, (SELECT count(*)::integer FROM pg_am WHERE oid >= 16384) AS methods,
           (SELECT count(*)::integer FROM pg_default_acl) AS defaults FROM pg_largeobject_metadata`,
      );
      expect(left).toEqual([{ large_objects: 1, methods: 0, defaults: 0 }]);
    });
  });

  it("by the owner of the database keeps what only a superuser may drop, and says so", async () => {
    const role = `replace_owner_${String(process.pid)}`;
    await server.query("postgres", `CREATE ROLE ${role} LOGIN`);
    const source = await server.createDatabase("replace_owned");
    const target = await server.createDatabase("replace_owned_to");
    try {
      const asRole = (database: string) => server.url(database).replace(/\/\/[^@/]*@/, `//${role}@`);
      for (const database of [source, target]) {
        await server.query(
          database,
          `ALTER DATABASE "${database}" OWNER TO ${role}; ${server.major < 15 ? `ALTER SCHEMA public OWNER TO ${role};` : ""}
          CREATE EXTENSION amcheck; SET ROLE ${role}; CREATE SCHEMA app; CREATE TABLE app.t AS SELECT 1 AS i; CREATE TABLE public.t AS SELECT 2 AS i`,
        );
      }
      await server.query(
        target,
        `SET ROLE ${role}; UPDATE app.t SET i = 5; CREATE SCHEMA newer; CREATE TABLE newer.x (i integer); DROP TABLE public.t`,
      );
      const manager = new BackupManager(join(folder, "owner"));
      const said: Diagnostic[] = [];
      const backup = await manager.createBackup({ name: "owned", url: asRole(source) });
      const remote = { name: "target", url: asRole(target) };
      await manager.restoreBackup(backup, remote, { replace: true, onDiagnostic: (diagnostic) => said.push(diagnostic) });
      expect(said.map(({ code }) => code)).toContain("extension-kept");
      expect(await dump(target)).toBe(await dump(source));

      // What belongs to somebody else, in a schema that does as well, cannot go: nothing is touched.
      await server.query(target, "CREATE SCHEMA foreign_one; CREATE TABLE foreign_one.t (i integer)");
      const before = await dump(target);
      await expect(manager.restoreBackup(backup, remote, { replace: true })).rejects.toMatchObject({
        code: "preflight",
        context: { detail: expect.stringContaining("table foreign_one.t (owner ") as string },
      });
      expect(await dump(target)).toBe(before);
    } finally {
      await server.dropDatabase(source);
      await server.dropDatabase(target);
      await server.query("postgres", `DROP ROLE ${role}`);
    }
  });

  it("of a backup of some schemas replaces these and no others, and nothing that depends on them is lost", async () => {
    const manager = new BackupManager(join(folder, "schemas"));
    const remote = remoteOf(server, "blog", blog, { dump: { schemas: ["blog"] } });
    const backup = await manager.createBackup(remote);
    const database = await createBlog(server, "replace_schemas");
    try {
      await server.query(
        database,
        "DELETE FROM blog.tb_post; CREATE TABLE blog.newer (i integer); CREATE TABLE public.kept AS SELECT 1 AS i",
      );
      const target = remoteOf(server, "target", database);
      await manager.restoreBackup(backup, target, { replace: true });
      const [row] = await server.query(
        database,
        "SELECT to_regclass('blog.newer') AS newer, (SELECT count(*)::integer FROM blog.tb_post) AS posts, (SELECT count(*)::integer FROM public.kept) AS kept",
      );
      expect(row).toEqual({ newer: null, posts: 3000, kept: 1 });
      await server.query(database, "CREATE VIEW public.depends AS SELECT * FROM blog.tb_user; DELETE FROM blog.tb_post");
      await expect(manager.restoreBackup(backup, target, { replace: true })).rejects.toMatchObject({
        code: "preflight",
        context: { detail: expect.stringContaining("view public.depends") as string },
      });
      expect(await server.query(database, "SELECT count(*)::integer AS posts FROM blog.tb_post")).toEqual([{ posts: 0 }]);
    } finally {
      await server.dropDatabase(database);
    }
  });

  it("is refused for a backup of parts", async () => {
    const manager = new BackupManager(join(folder, "parts"));
    for (const dump of [{ tables: ["blog.tb_user"] }, { schemaOnly: true }]) {
      const backup = await manager.createBackup(remoteOf(server, "blog", blog), { dump });
      await expect(manager.restoreBackup(backup, remoteOf(server, "blog", blog), { replace: true })).rejects.toMatchObject({
        code: "usage",
      });
    }
  });
});
