import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dump, type DumpFormat, openArchive, PgstowError, restore } from "../../src/index.ts";
import { difference } from "../support/difference.ts";
import { hasProgram, normalizeDump, pgDump } from "../support/oracle.ts";
import { describeOnServers } from "../support/server.ts";
import { runPgstow, startPgstow } from "./pgstow.ts";

/** The programs that do the work. */
const major = 15;
const missing = (await hasProgram("pg_dump", major)) ? "" : ` (skipped: there is no pg_dump ${String(major)} here)`;

const schema = `
  CREATE SCHEMA app;
  CREATE TABLE app.sale (id serial PRIMARY KEY, note text);
  CREATE TABLE app.other (id integer REFERENCES app.sale);
  CREATE VIEW app.notes AS SELECT note FROM app.sale;
  INSERT INTO app.sale (note) SELECT 'n' || i FROM generate_series(1, 3000) AS i;
  INSERT INTO app.other SELECT id FROM app.sale;
  COMMENT ON TABLE app.sale IS 'sales';
  SELECT lo_from_bytea(4711, decode(repeat('00ff5c270a', 5000), 'hex'));
`;

/** Stands in for a program: says which version it is, and what it was called with. */
function standIn(name: string, version: string, work = ""): string {
  return `#!/bin/sh
if [ "$1" = --version ]; then echo "${name} (PostgreSQL) ${version}"; exit 0; fi
${work}
`;
}

await describeOnServers(
  `engine pg_dump${missing}`,
  (server) => {
    let folder = "";
    let source = "";
    let expected = "";
    const databases: string[] = [];

    async function newDatabase(): Promise<string> {
      const name = await server.createDatabase("engine");
      databases.push(name);
      return name;
    }

    /** A folder for PATH with one program in it. */
    async function pathWith(name: string, script: string): Promise<string> {
      const place = await mkdtemp(join(folder, "path-"));
      await writeFile(join(place, name), script);
      await chmod(join(place, name), 0o755);
      return place;
    }

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "pgstow-engine-"));
      source = await newDatabase();
      await server.query(source, schema);
      if (missing === "") expected = normalizeDump(await pgDump(major, server.url(source)));
    });

    afterAll(async () => {
      for (const database of databases) await server.dropDatabase(database);
      await rm(folder, { recursive: true, force: true });
    });

    const formats: readonly DumpFormat[] = ["stow", "custom", "directory", "tar"];

    describe.skipIf(missing !== "").each(formats)("%s", (format) => {
      it("has the entries and rows that the native engine finds, and either engine restores it", async () => {
        const [native, theirs] = [join(folder, `native-${format}`), join(folder, `theirs-${format}`)];
        await dump({ connection: server.url(source), file: native, format });
        const summary = await dump({ connection: server.url(source), file: theirs, format, engine: "pg_dump" });
        expect(summary.metadata.database).toBe(source);
        expect(summary.diagnostics).toEqual([]);
        expect(await contentOf(theirs)).toEqual(await contentOf(native));
        for (const engine of ["native", "pg_dump"] as const) {
          const copy = await newDatabase();
          const { rows } = await restore({ archive: theirs, connection: server.url(copy), engine });
          expect(rows).toBe(6000);
          expect(await difference(expected, normalizeDump(await pgDump(major, server.url(copy))))).toBe("");
        }
      });
    });

    /** Entries without their ids, and rows, of an archive. */
    async function contentOf(file: string): Promise<unknown> {
      const archive = await openArchive(file);
      try {
        await archive.verify();
        return archive.entries
          .map(({ dumpId, kind, schema: inSchema, tag, owner, section, create, drop, copy }) => {
            const size = archive.sizes.get(dumpId);
            return { kind, inSchema, tag, owner, section, create, drop, copy, rows: size?.rows, rawBytes: size?.rawBytes };
          })
          .filter(({ kind }) => !kind.startsWith("DATABASE"));
      } finally {
        await archive.close();
      }
    }

    it.skipIf(missing !== "")("prints the script of pg_dump, with every option", async () => {
      const options = ["-n", "app", "--inserts", "--rows-per-insert=50", "-O", "-x", "--no-comments", "-c", "--if-exists"];
      const theirs = await pgDump(major, server.url(source), ["--restrict-key=k", ...options]);
      const { code, stdout, stderr } = await runPgstow([
        "dump",
        "--engine=pg_dump",
        "--restrict-key=k",
        ...options,
        "-d",
        server.url(source),
      ]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(await difference(theirs, stdout)).toBe("");
    });

    it.skipIf(missing !== "")("restores what is chosen and nothing else", async () => {
      const archive = join(folder, "chosen.dump");
      await pgDump(major, server.url(source), ["-Fc", "-f", archive]);
      const copy = await newDatabase();
      await server.query(copy, "CREATE SCHEMA app; CREATE TABLE app.sale (id integer, note text); CREATE TABLE app.other (id integer)");
      const { code, stderr } = await runPgstow(["restore", "--engine=pg_dump", "-a", "-t", "app.sale", "-d", server.url(copy), archive]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const counts = await server.query(copy, "SELECT (SELECT count(*) FROM app.sale) AS sale, (SELECT count(*) FROM app.other) AS other");
      expect(counts).toEqual([{ sale: "3000", other: "0" }]);
      const again = await runPgstow(["restore", "--engine=pg_dump", "-s", "-d", server.url(copy), archive]);
      expect(again.code).toBe(1);
      expect(again.stderr).toMatch(
        /^pgstow: error: pg_restore 15\.\S+.*: could not execute query: ERROR: {2}schema "app" already exists$/m,
      );
    });

    it.skipIf(missing !== "")("leaves nothing behind when the program fails, and says why in its words", async () => {
      for (const format of formats) {
        const file = join(folder, `failed-${format}`);
        const failure = dump({ connection: server.url(source), file, format, engine: "pg_dump", tables: ["no_such_table"] });
        await expect(failure).rejects.toMatchObject({
          code: "program",
          message: expect.stringMatching(/^pg_dump 15\..*: no matching tables were found$/) as string,
        });
      }
      expect((await readdir(folder)).filter((name) => name.startsWith("failed-"))).toEqual([]);
    });

    it("refuses a program that is older than the server, and one that is none", async () => {
      const older = await pathWith("pg_dump", standIn("pg_dump", "13.9"));
      const run = (PATH: string) => runPgstow(["dump", "--engine", "pg_dump", "-d", server.url(source)], { env: { PATH } });
      expect((await run(older)).stderr).toMatch(
        /^pgstow: error: pg_dump 13\.9 cannot dump a server of version 15\.\S+.*, which is newer$/m,
      );
      expect((await run(join(folder, "nowhere"))).stderr).toMatch(/^pgstow: error: there is no pg_dump on PATH$/m);
      const other = await pathWith("pg_dump", "#!/bin/sh\necho nonsense\n");
      expect((await run(other)).stderr).toMatch(/^pgstow: error: ".*" is not PostgreSQL's pg_dump: it calls itself "nonsense"$/m);
      const shims = join(folder, "shims");
      expect(await runPgstow(["shim", shims])).toMatchObject({ code: 0 });
      expect((await run(shims)).stderr).toMatch(/^pgstow: error: there is no pg_dump on PATH$/m);
      expect((await run([shims, older].join(delimiter))).stderr).toMatch(/^pgstow: error: pg_dump 13\.9 cannot dump/m);
      const unknown = await runPgstow(["dump", "--engine=mysqldump", "-d", server.url(source)]);
      expect(unknown.stderr).toMatch(/^pgstow: error: unknown engine "mysqldump"$/m);
    });

    it("shows no password on the command line of the program", async () => {
      const place = await pathWith("pg_dump", standIn("pg_dump", "15.1", 'echo "ARGS $*"; echo "PASSWORD $PGPASSWORD"'));
      const url = server.url(source).replace("postgres@", "postgres:s3cret@");
      const tail = [place, process.env["PATH"] ?? ""].join(delimiter);
      const { code, stdout } = await runPgstow(["dump", "--engine=pg_dump", "-d", `${url}?application_name=it's`], { env: { PATH: tail } });
      expect(code).toBe(0);
      const [args, password] = stdout.split("\n");
      expect(args).toMatch(/^ARGS .*--dbname=.*application_name='it\\'s'/);
      expect(args).not.toContain("s3cret");
      expect(password).toBe("PASSWORD s3cret");
    });

    it("hands warnings on, and ends the program when it is interrupted", async () => {
      const started = join(folder, "started");
      await mkdir(started);
      const work = `echo "pg_dump: warning: there are circles" >&2; echo "pg_dump: detail: t" >&2; echo "pg_dump: last words" >&2
trap 'echo ended > "${started}/ended"; exit 1' TERM
while :; do sleep 0.1; done`;
      const place = await pathWith("pg_dump", standIn("pg_dump", "15.1", work));
      const PATH = [place, process.env["PATH"] ?? ""].join(delimiter);
      const running = startPgstow(["dump", "-v", "--engine=pg_dump", "-f", join(folder, "cut.sql"), "-d", server.url(source)], {
        env: { PATH },
      });
      await running.said(/last words/);
      running.child.kill("SIGINT");
      const { code, stderr } = await running.result;
      expect(code).toBe(130);
      expect(stderr).toMatch(/^pgstow: warning: there are circles\npgstow: detail: t$/m);
      expect(await readFile(join(started, "ended"), "utf8")).toBe("ended\n");
      expect((await readdir(folder)).filter((name) => name.startsWith("cut"))).toEqual([]);
    });

    it.skipIf(missing !== "")("says by name which options only the native engine has", async () => {
      const wrong = dump({
        connection: server.url(source),
        file: join(folder, "x"),
        format: "custom",
        archiveMinor: 14,
        engine: "pg_dump",
      });
      await expect(wrong).rejects.toThrow(PgstowError);
      const strict = await runPgstow(["dump", "--engine=pg_dump", "--strict", "-d", server.url(source)]);
      expect(strict.stderr).toMatch(/^pgstow: error: option --strict needs the native engine$/m);
    });
  },
  [major],
);
