import { chmod, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { wantedMajors } from "../support/majors.ts";
import { describeOnServers } from "../support/server.ts";
import { createShims, type Shims } from "./shims.ts";

const shop = `
  CREATE SCHEMA shop;
  CREATE TABLE shop.customer (id integer PRIMARY KEY, name text NOT NULL);
  CREATE TABLE shop.purchase (id serial PRIMARY KEY, customer integer REFERENCES shop.customer, paid numeric(10, 2));
  INSERT INTO shop.customer VALUES (1, 'Ada'), (2, E'Zoë\\tO''Hara');
  INSERT INTO shop.purchase (customer, paid) SELECT 1 + i % 2, i FROM generate_series(1, 500) AS i;
  SELECT lo_from_bytea(4711, 'a picture');
`;
const everything = `
  SELECT (SELECT string_agg(c::text, ';' ORDER BY id) FROM shop.customer c) AS customers, count(*), sum(paid) AS paid,
    (SELECT count(*) FROM pg_constraint WHERE contype = 'f') AS keys, encode(lo_get(4711), 'escape') AS picture FROM shop.purchase`;
/** As good as a new database for each test. */
const emptied = "DROP SCHEMA IF EXISTS shop CASCADE; SELECT lo_unlink(oid) FROM pg_largeobject_metadata";
const tablesOfShop = "SELECT count(*)::int AS tables FROM pg_tables WHERE schemaname = 'shop'";

/** Lines as other programs run them. $FROM and $TO are the names of databases, $URL_FROM and $URL_TO their URLs, `dump` a file. */
const clients: readonly (readonly [client: string, lines: readonly string[]])[] = [
  ["a shell", ["pg_dump -d $FROM | psql -q -X -v ON_ERROR_STOP=1 $TO"]],
  ["a shell with an archive", ["pg_dump -Fc $FROM | pg_restore -d $TO"]],
  [
    "Heroku's way",
    [
      "pg_dump --verbose -F c -Z 0 $URL_FROM > dump",
      "pg_restore --verbose --no-acl --no-owner -d $TO dump",
      "pg_restore --verbose --clean --if-exists --no-acl --no-owner -d $URL_TO dump",
    ],
  ],
  ["django-dbbackup", ["pg_dump --dbname=$URL_FROM --format=custom > dump", "pg_restore --dbname=$URL_TO --single-transaction < dump"]],
  [
    "django-dbbackup with scripts",
    ["pg_dump --dbname=$URL_FROM --clean --if-exists > dump", "psql --dbname=$URL_TO --set ON_ERROR_STOP=on --single-transaction < dump"],
  ],
  [
    "pgAdmin",
    [
      "pg_dump --file dump --host $PGHOST --port $PGPORT --username $PGUSER --no-password --format=t --large-objects --encoding UTF8 --verbose $FROM",
      "pg_restore --host $PGHOST --port $PGPORT --username $PGUSER --no-password --dbname $TO --exit-on-error --verbose dump",
    ],
  ],
  [
    "a Makefile with a list",
    [
      "pg_dump --jobs=2 --fo=d -f dump $FROM",
      "pg_restore -l -Fd dump > list",
      "pg_restore -L list -j2 -d $TO dump",
      "pg_restore -f script dump",
    ],
  ],
];

/** One server is enough: what is tested is how the programs are called. */
await describeOnServers(
  "programs find what they expect of pg_dump",
  (server) => {
    let shims: Shims;
    let folder: string;
    let databases: { from: string; to: string };
    const run = (line: string) => {
      const { from, to } = databases;
      const env = { PGHOST: server.host, PGPORT: String(server.port), PGUSER: "postgres", FROM: from, TO: to };
      return shims.shell(line, { cwd: folder, env: { ...env, URL_FROM: server.url(from), URL_TO: server.url(to) } });
    };
    beforeAll(async () => {
      shims = await createShims();
      databases = { from: await server.createDatabase("client"), to: await server.createDatabase("client") };
      await server.query(databases.from, shop);
    });
    afterAll(async () => {
      await rm(dirname(shims.folder), { recursive: true, force: true });
      for (const name of Object.values(databases)) await server.dropDatabase(name);
    });
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), "pgstow-clients-"));
      await server.query(databases.to, emptied);
    });
    afterEach(() => rm(folder, { recursive: true, force: true }));

    test.each(clients)("%s", async (_client, lines) => {
      for (const line of lines) {
        const { code, stderr } = await run(line);
        expect([line, code, code === 0 ? "" : stderr]).toEqual([line, 0, ""]);
      }
      expect(await server.query(databases.to, everything)).toEqual(await server.query(databases.from, everything));
    });

    test("Rails loads its structure.sql into a new database", async () => {
      const dump = await run("pg_dump --schema-only --no-privileges --no-owner --schema=shop --file structure.sql $FROM");
      const load = await run("psql --set ON_ERROR_STOP=1 --quiet --no-psqlrc --output /dev/null --file structure.sql $TO");
      expect([dump, load]).toEqual([
        { code: 0, stdout: "", stderr: "" },
        { code: 0, stdout: "", stderr: "" },
      ]);
      expect(await server.query(databases.to, tablesOfShop)).toEqual([{ tables: 2 }]);
      expect(await readFile(join(folder, "structure.sql"), "utf8")).not.toMatch(/OWNER TO|COPY/);
    });

    test("pg_restore goes on after errors, counts them and fails", async () => {
      expect((await run("pg_dump -Fc -f dump $FROM && pg_restore -d $TO dump")).code).toBe(0);
      const again = await run("pg_restore -d $TO dump");
      expect(again).toMatchObject({ code: 1, stdout: "" });
      expect(again.stderr).toMatch(
        /^pg_restore: error: could not execute query: ERROR: {2}schema "shop" already exists\nCommand was: CREATE SCHEMA shop;\n/,
      );
      expect(again.stderr).toMatch(/\npg_restore: warning: errors ignored on restore: \d+\n$/);
    });

    test("a dump that fails says so as pg_dump does, and leaves the last one where it was", async () => {
      await writeFile(join(folder, "dump"), "yesterday's");
      const { code, stdout, stderr } = await run("pg_dump -f dump -t 'shop.no_such*' $FROM");
      expect([code, stdout, stderr]).toEqual([1, "", "pg_dump: error: no matching tables were found\n"]);
      expect(await readFile(join(folder, "dump"), "utf8")).toBe("yesterday's");
    });

    test("the server's own words come with the query", async () => {
      const { code, stderr } = await run("pg_dump --snapshot=nowhere $FROM");
      expect([code, stderr]).toEqual([
        1,
        'pg_dump: error: query failed: ERROR:  invalid snapshot identifier: "nowhere"\n' +
          "pg_dump: detail: Query was: SET TRANSACTION SNAPSHOT 'nowhere'\n",
      ]);
    });

    describe("a file that is there already", () => {
      test("is replaced, with its permissions and by way of links", async () => {
        await writeFile(join(folder, "real"), "yesterday's");
        await chmod(join(folder, "real"), 0o640);
        await symlink("real", join(folder, "dump"));
        expect(await run("umask 027; pg_dump -s -f dump $FROM; pg_dump -s -f new $FROM")).toMatchObject({ code: 0, stderr: "" });
        expect(await readFile(join(folder, "real"), "utf8")).toContain("CREATE TABLE shop.customer");
        const modes = [await stat(join(folder, "real")), await stat(join(folder, "new"))].map(({ mode }) => (mode & 0o777).toString(8));
        expect(modes).toEqual(["640", "640"]);
      });
    });
  },
  wantedMajors().slice(-1),
);
