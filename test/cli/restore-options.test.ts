import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runFace } from "../../src/cli/faces/run-face.ts";
import { clientEnvironment, findProgram } from "../support/programs.ts";
import { hasProgram, pgDump } from "../support/oracle.ts";
import { runProgram } from "../support/run-program.ts";
import { describeOnServers } from "../support/server.ts";

/** The real pg_restore of this major is the judge. */
const major = 15;
const program = await findProgram("pg_restore", major);
const isJudged = program !== undefined && (await hasProgram("pg_dump", major));
const missing = isJudged ? "" : ` (skipped: there is no pg_dump and pg_restore ${String(major)} here)`;

const schema = `
  CREATE SCHEMA app;
  CREATE TYPE app.mood AS ENUM ('fine', 'so so');
  CREATE FUNCTION app.twice(i integer, note text DEFAULT '') RETURNS integer LANGUAGE sql AS 'SELECT 2 * i';
  CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TABLE app.customer (id serial PRIMARY KEY, name text NOT NULL, mood app.mood);
  CREATE TABLE app.sale (id integer PRIMARY KEY, customer integer REFERENCES app.customer, at date) PARTITION BY RANGE (id);
  CREATE TABLE app.sale_old PARTITION OF app.sale FOR VALUES FROM (0) TO (1000);
  CREATE TABLE public.customer (id integer);
  CREATE INDEX customer_name ON app.customer (name);
  CREATE TRIGGER customer_touch BEFORE UPDATE ON app.customer FOR EACH ROW EXECUTE FUNCTION app.touch();
  CREATE VIEW app.names AS SELECT name FROM app.customer;
  CREATE MATERIALIZED VIEW app.seen AS SELECT count(*) FROM app.sale;
  ALTER TABLE app.customer ENABLE ROW LEVEL SECURITY;
  CREATE POLICY everybody ON app.customer USING (true);
  CREATE PUBLICATION pub FOR TABLE app.customer;
  COMMENT ON TABLE app.customer IS 'who buys';
  COMMENT ON COLUMN app.customer.name IS E'two\\nlines';
  COMMENT ON PUBLICATION pub IS 'news';
  GRANT SELECT ON app.customer TO PUBLIC;
  GRANT UPDATE (name) ON app.customer TO PUBLIC;
  ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO PUBLIC;
  INSERT INTO app.customer (name, mood) SELECT 'n' || i, 'fine' FROM generate_series(1, 50) AS i;
  INSERT INTO app.sale SELECT i, i FROM generate_series(1, 50) AS i;
  INSERT INTO public.customer VALUES (1), (2);
  SELECT lo_from_bytea(4711, 'a large object');
`;

/** Options with -l or -f, each set compared byte by byte. */
const printed: readonly string[] = [
  "-l",
  "-l -v",
  "-l -n app",
  "-l -N app",
  "-l -t customer -n app",
  "-l -t seen -I customer_name",
  "-l -T customer|customer_touch",
  "-l -P twice(integer,|text)",
  "-l -s -x --no-comments",
  "-l --section=data --section=post-data",
  "-l --no-publications --no-security-labels --no-subscriptions",
  "-l -C -a",
  "-l -L LIST -t customer",
  "",
  "-c",
  "-c --if-exists -O",
  "-C",
  "-c -C --if-exists",
  "-1 -s",
  "-a --disable-triggers",
  "-a --disable-triggers -S boss",
  "-t customer -I customer_name --use-set-session-authorization",
  "-L LIST -c -x",
  "--section=pre-data --no-tablespaces --no-table-access-method --no-comments",
  "--enable-row-security --role=boss -n app",
  "-n nowhere",
];

/** Restores into a database that is prepared so: what is said, and what is there afterwards. */
const restored: readonly (readonly [prepared: string, options: string])[] = [
  ["", ""],
  ["CREATE SCHEMA app; CREATE TABLE app.customer (x integer)", ""],
  ["CREATE SCHEMA app; CREATE TABLE app.customer (x integer)", "-v"],
  ["CREATE SCHEMA app; CREATE TABLE app.customer (x integer)", "--no-data-for-failed-tables"],
  ["CREATE TABLE public.customer (id date)", ""],
  ["CREATE TABLE public.customer (id date)", "-e"],
  ["CREATE TABLE public.customer (id date)", "-1"],
  ["", "-c -t names -t customer"],
  ["", "-a --disable-triggers"],
  ["", "-j 3"],
  ["", "-s -n app --strict-names"],
];

const refused: readonly string[] = [
  "",
  "-d x -f y",
  "-d x -1 -C",
  "-d x -1 -j 2",
  "-d x -j 0",
  "-d x -j many",
  "-d x -a -s",
  "-d x -a -c",
  "-d x --if-exists",
  "-d x --section=middle",
  "-d x --restrict-key=k",
  "-f - --restrict-key=a|b",
  "-l -F x",
  "-l -L nowhere",
  "-l one two",
  "-d x -j 2 TAR",
];

await describeOnServers(
  `pg_restore's face${missing}`,
  (server) => {
    const formats = ["custom", "directory", "tar"];
    let folder = "";
    let source = "";
    const made: string[] = [];

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "pgstow-restore-options-"));
      source = await newDatabase();
      await server.query(source, schema);
      if (!isJudged) return;
      for (const format of formats) await pgDump(major, server.url(source), ["-F", format, "-f", join(folder, format)]);
      const list = (await theirs(["-l", join(folder, "custom")])).out.split("\n").filter((line) => /TABLE |INDEX|COMMENT/.test(line));
      await writeFile(join(folder, "list"), [...list.reverse(), "; a comment", "x nothing", "999999; too high", ""].join("\n"));
    });

    afterAll(async () => {
      for (const database of made) await server.dropDatabase(database);
      await rm(folder, { recursive: true });
    });

    async function newDatabase(prepared = ""): Promise<string> {
      const database = await server.createDatabase("options");
      made.push(database);
      if (prepared !== "") await server.query(database, prepared);
      return database;
    }

    interface Run {
      readonly code: number | null;
      readonly out: string;
      readonly err: string;
    }

    async function theirs(args: readonly string[]): Promise<Run> {
      const { code, stdout, stderr } = await runProgram(program?.path ?? "", args, { env: clientEnvironment(), cwd: folder });
      return { code, out: stdout, err: stderr };
    }

    async function ours(args: readonly string[]): Promise<Run> {
      let [out, err] = ["", ""];
      const code = await runFace("pg_restore", args, {
        environment: {},
        signal: new AbortController().signal,
        standardErrorIsTerminal: false,
        print: (text) => (out += text),
        writeError: (text) => (err += text),
      });
      return { code, out, err };
    }

    /** Words of a set of options; `|` stands for a blank. */
    const words = (options: string) =>
      options
        .split(" ")
        .filter((word) => word !== "")
        .map((word) => word.replaceAll("|", " "))
        .map((word) => (word === "LIST" ? join(folder, "list") : word === "TAR" ? join(folder, "tar") : word));

    describe.skipIf(!isJudged).each(formats)("of a %s archive", (format) => {
      // Every format reads its table of contents by itself; what is done with it is the same.
      const sets = printed.filter((_, at) => format === "custom" || at % 4 === 0);
      it.each(sets)("prints the same: %s", async (options) => {
        const archive = join(folder, format);
        const [expected, got] = [join(folder, "expected.out"), join(folder, "got.out")];
        const key = options.startsWith("-l") ? [] : ["--restrict-key=k"];
        const their = await theirs([...key, ...words(options), "-f", expected, archive]);
        const our = await ours([...key, ...words(options), "-f", got, archive]);
        expect(await readFile(got, "utf8")).toBe(await readFile(expected, "utf8"));
        expect(our).toEqual(their);
      });
    });

    it.skipIf(!isJudged).each(restored)("does the same where there is %j: %s", async (prepared, options) => {
      const archive = join(folder, "directory");
      const [expected, got] = [await newDatabase(prepared), await newDatabase(prepared)];
      const their = await theirs(["-d", server.url(expected), ...words(options), archive]);
      const our = await ours(["-d", server.url(got), ...words(options), archive]);
      expect(our).toEqual(their);
      const [theirText, ourText] = await Promise.all([expected, got].map((name) => pgDump(major, server.url(name), ["--restrict-key=k"])));
      expect(ourText).toBe(theirText);
    });

    it.skipIf(!isJudged).each(refused)("refuses the same: %s", async (options) => {
      const hasFile = /\bone two|TAR$/.test(options);
      const args = [...words(options), ...(hasFile ? [] : [join(folder, "custom")])];
      expect(await ours(args)).toEqual(await theirs(args));
    });

    it.skipIf(!isJudged)("makes the database that the archive was made of", async () => {
      const name = await newDatabase("CREATE TABLE made_here (i integer); INSERT INTO made_here VALUES (1)");
      await server.query("postgres", `ALTER DATABASE "${name}" SET work_mem = '7MB'`);
      await server.query("postgres", `COMMENT ON DATABASE "${name}" IS 'mine'`);
      const archive = join(folder, "created");
      await pgDump(major, server.url(name), ["-Fc", "-f", archive]);
      const expected = await pgDump(major, server.url(name), ["-C", "--restrict-key=k"]);
      expect(await ours(["-c", "-C", "-d", server.url("postgres"), archive])).toEqual({ code: 0, out: "", err: "" });
      expect(await pgDump(major, server.url(name), ["-C", "--restrict-key=k"])).toBe(expected);
      const again = ["-C", "-n", "nowhere", "-d", server.url("postgres"), archive];
      expect(await ours(again)).toEqual(await theirs(again));
    });
  },
  [major],
);
