import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { runChecked, runProgram } from "../support/run-program.ts";
import { wantedMajors } from "../support/majors.ts";
import { describeOnServers, type TestServer } from "../support/server.ts";
import { createShims, type Shims } from "./shims.ts";

const require = createRequire(import.meta.url);

const shop = `
  CREATE TABLE customer (id integer PRIMARY KEY, name text NOT NULL);
  CREATE TABLE purchase (id serial PRIMARY KEY, customer integer REFERENCES customer, paid numeric(10, 2));
  CREATE VIEW spent AS SELECT name, sum(paid) AS paid FROM customer JOIN purchase ON customer = customer.id GROUP BY name;
  INSERT INTO customer VALUES (1, 'Ada'), (2, E'Zoë\\tO''Hara');
  INSERT INTO purchase (customer, paid) SELECT 1 + i % 2, i FROM generate_series(1, 500) AS i;
`;

/** One server is enough: what the programs make of the faces does not depend on it. */
await describeOnServers(
  "npm programs that call pg_dump, with none but pgstow's",
  (server) => {
    let shims: Shims;
    let folder: string;
    const made: string[] = [];
    const newDatabase = async (prefix: string) => {
      const name = await server.createDatabase(prefix);
      made.push(name);
      return name;
    };
    beforeAll(async () => {
      shims = await createShims();
    });
    afterAll(() => rm(dirname(shims.folder), { recursive: true, force: true }));
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), "pgstow-npm-"));
    });
    afterEach(async () => {
      await rm(folder, { recursive: true, force: true });
      for (const name of made.splice(0)) await server.dropDatabase(name);
    });

    describe("pg-dump-restore", () => {
      /** Runs a line of JavaScript that has its functions, in a process of its own with this PATH; gives what it prints. */
      const script = (line: string) =>
        runChecked(
          process.execPath,
          [
            "-e",
            `const { pgDump, pgRestore } = require(${JSON.stringify(require.resolve("pg-dump-restore"))}); (async () => { ${line} })()`,
          ],
          { env: shims.environment(), cwd: folder },
        );
      const connection = (database: string) =>
        JSON.stringify({ host: server.host, port: server.port, database, username: "postgres", password: "any" });

      test.each(["custom", "directory"])("takes a %s archive and puts it back", async (format) => {
        const [original, copy] = [await newDatabase("npm"), await newDatabase("npm")];
        await server.query(original, shop);
        const filePath = JSON.stringify(join(folder, "archive"));
        await script(
          `await pgDump(${connection(original)}, { filePath: ${filePath}, format: "${format}", noOwner: true, verbose: true });`,
        );
        await script(`await pgRestore(${connection(copy)}, { filePath: ${filePath}, format: "${format}", exitOnError: true });`);
        const printed = await script(
          `const { stdout } = await pgRestore(${connection(copy)}, { filePath: ${filePath}, clean: true, ifExists: true }); console.log("again" + stdout);`,
        );
        expect(printed).toBe("again\n");
        expect(await contents(server, copy)).toEqual(await contents(server, original));
      });

      test("hands on what went wrong", async () => {
        const printed = await script(
          `await pgDump(${connection("no_such_database")}, {}).catch(({ exitCode, stderr }) => console.log(exitCode, stderr));`,
        );
        expect(printed).toMatch(
          /^1 pg_dump: error: connection to server at .* failed: FATAL: {2}database "no_such_database" does not exist\n$/,
        );
      });
    });

    test("graphile-migrate dumps the schema after each change", async () => {
      const [database, shadow, root] = [await newDatabase("gm"), await newDatabase("gm_shadow"), await newDatabase("gm_root")];
      const dump = 'pg_dump --schema-only --no-owner --exclude-schema=graphile_migrate --file=data/schema.sql "$GM_DBURL"';
      const count = 'psql -X -At -v ON_ERROR_STOP=1 -o data/count.txt -c "select count(*) from app.thing" "$GM_DBURL"';
      await writeFile(
        join(folder, ".gmrc"),
        JSON.stringify({
          connectionString: server.url(database),
          shadowConnectionString: server.url(shadow),
          rootConnectionString: server.url(root),
          afterReset: ["!seed.sql"],
          afterAllMigrations: [{ _: "command", command: dump }],
          afterCurrent: [{ _: "command", command: count }],
        }),
      );
      await mkdir(join(folder, "data"));
      await mkdir(join(folder, "migrations"));
      await writeFile(join(folder, "migrations", "seed.sql"), "CREATE SCHEMA IF NOT EXISTS app;");
      const migrate = async (...args: string[]) => {
        const { code, stdout, stderr } = await runProgram(
          process.execPath,
          [join(dirname(require.resolve("graphile-migrate/package.json")), "dist", "cli.js"), ...args],
          { cwd: folder, env: shims.environment() },
        );
        expect([args, code, code === 0 ? "" : stdout + stderr]).toEqual([args, 0, ""]);
      };
      const current = join(folder, "migrations", "current.sql");

      await writeFile(
        current,
        "DROP TABLE IF EXISTS app.thing;\nCREATE TABLE app.thing (id int PRIMARY KEY);\nINSERT INTO app.thing VALUES (7);\n",
      );
      await migrate("reset", "--erase");
      await migrate("watch", "--once");
      expect(await readFile(join(folder, "data", "count.txt"), "utf8")).toBe("1\n");
      await migrate("commit");
      const first = await readFile(join(folder, "data", "schema.sql"), "utf8");
      expect(first).toContain("CREATE TABLE app.thing (\n    id integer NOT NULL\n);\n");
      expect(first).not.toMatch(/graphile_migrate|OWNER TO/);

      await writeFile(current, "ALTER TABLE app.thing DROP COLUMN IF EXISTS name;\nALTER TABLE app.thing ADD COLUMN name text;\n");
      await migrate("commit");
      await migrate("reset", "--erase");
      await migrate("migrate");
      const second = await readFile(join(folder, "data", "schema.sql"), "utf8");
      expect(second).toContain("CREATE TABLE app.thing (\n    id integer NOT NULL,\n    name text\n);\n");
    });
  },
  wantedMajors().slice(-1),
);

async function contents(server: TestServer, database: string): Promise<unknown> {
  return {
    rows: await server.query(
      database,
      "SELECT (SELECT array_agg(p ORDER BY id) FROM purchase p) AS purchases, (SELECT array_agg(c) FROM customer c)",
    ),
    view: await server.query(database, "SELECT * FROM spent ORDER BY name"),
    next: await server.query(database, "SELECT nextval('purchase_id_seq')"),
  };
}
