import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dump, restore } from "../../src/index.ts";
import { wantedMajors } from "../support/majors.ts";
import { hasProgram, normalizeDump, pgDump } from "../support/oracle.ts";
import { describeOnServers } from "../support/server.ts";

/** Would make a table if the text ran as statements; breaks out of comments, quotes, dollar quotes and psql's lines. */
const nasty = "n\n\\! touch x\nCREATE TABLE public.pwned(); --' \" $$ \\";

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
const name = `"${nasty.replaceAll('"', '""')}"`;

const withOracle = (await Promise.all(wantedMajors().map(async (major) => ((await hasProgram("pg_dump", major)) ? [major] : [])))).flat();

await describeOnServers("names that try to be statements", (server) => {
  const role = `pgstow\n\\echo pwned\nCREATE TABLE public.pwned();\n${String(process.pid)}`;
  const quotedRole = `"${role}"`;
  const databases: string[] = [];
  let folder = "";

  const script = `
    CREATE SCHEMA ${name} AUTHORIZATION ${quotedRole};
    CREATE TABLE ${name}.${name} (${name} integer DEFAULT 1 CONSTRAINT ${name} CHECK (${name} > 0), id serial PRIMARY KEY);
    INSERT INTO ${name}.${name} (${name}) VALUES (1);
    CREATE TABLE ${name}.u (t text); INSERT INTO ${name}.u VALUES (${literal(nasty)});
    ALTER TABLE ${name}.${name} OWNER TO ${quotedRole};
    GRANT SELECT ON ${name}.u TO ${quotedRole}; GRANT SELECT (t) ON ${name}.u TO ${quotedRole};
    CREATE INDEX "i\nCREATE TABLE public.pwned();" ON ${name}.u (t);
    CREATE VIEW ${name}."v\nCREATE TABLE public.pwned();" AS SELECT ${name} FROM ${name}.${name};
    CREATE FUNCTION ${name}.${name}(${name} integer DEFAULT 1) RETURNS text LANGUAGE sql AS ${literal(`SELECT ${literal(nasty)}`)};
    CREATE TYPE ${name}."e\nCREATE TABLE public.pwned();" AS ENUM (${literal(nasty)});
    CREATE DOMAIN ${name}."d\nCREATE TABLE public.pwned();" AS text CONSTRAINT ${name} CHECK (VALUE <> ${literal(nasty)});
    CREATE POLICY ${name} ON ${name}.u TO ${quotedRole} USING (t <> ${literal(nasty)});
    CREATE RULE ${name} AS ON DELETE TO ${name}.u DO NOTHING;
    CREATE FUNCTION ${name}.g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER ${name} BEFORE INSERT ON ${name}.u FOR EACH ROW EXECUTE FUNCTION ${name}.g(${literal(nasty)});
    CREATE STATISTICS ${name}.${name} ON id, ${name} FROM ${name}.${name};
    CREATE PUBLICATION ${name} FOR TABLE ${name}.u;
    CREATE FOREIGN DATA WRAPPER ${name}; CREATE SERVER ${name} FOREIGN DATA WRAPPER ${name} OPTIONS (x ${literal(nasty)});
    CREATE USER MAPPING FOR ${quotedRole} SERVER ${name};
    CREATE TEXT SEARCH DICTIONARY ${name}.${name} (TEMPLATE = pg_catalog.simple);
    CREATE COLLATION ${name}.${name} FROM "C";
    CREATE OPERATOR FAMILY ${name}.${name} USING btree;
    ALTER DEFAULT PRIVILEGES FOR ROLE ${quotedRole} IN SCHEMA ${name} GRANT SELECT ON TABLES TO PUBLIC;
    SELECT pg_catalog.lo_create(4711); COMMENT ON LARGE OBJECT 4711 IS ${literal(nasty)};
    COMMENT ON SCHEMA ${name} IS ${literal(nasty)}; COMMENT ON TABLE ${name}.${name} IS ${literal(nasty)};
    COMMENT ON COLUMN ${name}.${name}.${name} IS ${literal(nasty)}; COMMENT ON CONSTRAINT ${name} ON ${name}.${name} IS ${literal(nasty)};
    COMMENT ON POLICY ${name} ON ${name}.u IS ${literal(nasty)}; COMMENT ON TRIGGER ${name} ON ${name}.u IS ${literal(nasty)};
    COMMENT ON PUBLICATION ${name} IS ${literal(nasty)}; COMMENT ON FUNCTION ${name}.${name}(integer) IS ${literal(nasty)}`;

  const makeDatabase = async () => {
    const database = await server.createDatabase("names");
    databases.push(database);
    return database;
  };

  async function dumpPlain(database: string): Promise<string> {
    const file = join(folder, "x.sql");
    await dump({ connection: server.url(database), file, format: "plain", force: true, verbose: true });
    return readFile(file, "utf8");
  }

  /** pg_dump's own text of a database, or ours where there is no pg_dump. */
  async function describeDatabase(database: string): Promise<string> {
    if (await hasProgram("pg_dump", server.major)) return normalizeDump(await pgDump(server.major, server.url(database)));
    const file = join(folder, "y.sql");
    await dump({ connection: server.url(database), file, format: "plain", force: true });
    return normalizeDump(await readFile(file, "utf8"));
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pgstow-names-"));
    await server.query("postgres", `CREATE ROLE ${quotedRole}`);
    await server.query(await makeDatabase(), script);
  });

  afterAll(async () => {
    for (const database of databases) await server.dropDatabase(database);
    await server.query("postgres", `DROP ROLE ${quotedRole}`);
    await rm(folder, { recursive: true });
  });

  it.runIf(withOracle.includes(server.major))("are written as pg_dump writes them", async () => {
    const [original = ""] = databases;
    const file = join(folder, "z.sql");
    await dump({ connection: server.url(original), file, format: "plain" });
    expect(normalizeDump(await readFile(file, "utf8"))).toBe(await describeDatabase(original));
  });

  it.each(["psql", "restore"])("make nothing else when %s runs the dump", async (by) => {
    const [original = ""] = databases;
    const copy = await makeDatabase();
    if (by === "psql") {
      const output = await server.psql(copy, await dumpPlain(original));
      expect(output).not.toMatch(/^pwned/m);
    } else {
      const archive = join(folder, "x.sql.zst");
      await dump({ connection: server.url(original), file: archive });
      await restore({ archive, connection: server.url(copy) });
    }
    expect(await server.query(copy, "SELECT relname FROM pg_class WHERE relname LIKE 'pwned%'")).toEqual([]);
    expect(await describeDatabase(copy)).toBe(await describeDatabase(original));
  });
});
