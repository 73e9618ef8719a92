import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeOnServers } from "../support/server.ts";
import { runPgstow } from "./pgstow.ts";

const schema = `
  CREATE SCHEMA app;
  CREATE TABLE app.customer (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, note text);
  CREATE TABLE app.sale (id serial PRIMARY KEY, customer integer REFERENCES app.customer, amount numeric(10, 2));
  CREATE INDEX sale_amount ON app.sale (amount);
  CREATE TABLE public.log (line text);
  CREATE VIEW public.total AS SELECT customer, sum(amount) AS sum FROM app.sale GROUP BY customer;
  CREATE MATERIALIZED VIEW public.best AS SELECT max(amount) AS amount FROM app.sale;
  COMMENT ON TABLE app.sale IS 'what was sold';
  GRANT SELECT ON app.sale TO PUBLIC;
  INSERT INTO app.customer (name, note) VALUES ('ann', E'a tab\\t, a line\\nbreak, a \\\\ backslash'), ('bob', NULL), ('', '\\.');
  INSERT INTO app.sale (customer, amount) SELECT i % 3 + 1, i / 7.0 FROM generate_series(1, 5000) AS i;
  INSERT INTO public.log VALUES ('x');
  REFRESH MATERIALIZED VIEW public.best;
  SELECT lo_from_bytea(4711, 'a large object');
`;

await describeOnServers("the command line", (server) => {
  let folder = "";
  let source = "";
  const targets: string[] = [];
  const inFolder = (name: string) => join(folder, name);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pgstow-cli-"));
    source = await server.createDatabase("cli_source");
    await server.query(source, schema);
    await ok("dump", server.url(source), "-f", inFolder("shop.sql.zst"));
  });

  afterAll(async () => {
    for (const database of [source, ...targets]) await server.dropDatabase(database);
    await rm(folder, { recursive: true });
  });

  /** Runs the program, which must succeed and say nothing on standard error. */
  async function ok(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await runPgstow(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return stdout;
  }

  async function newTarget(sql = "SELECT"): Promise<string> {
    const database = await server.createDatabase("cli_target");
    targets.push(database);
    await server.query(database, sql);
    return database;
  }

  const scriptOf = (database: string, ...args: string[]) => ok("dump", server.url(database), "--restrict-key=k", ...args);
  const restore = (database: string, ...args: string[]) => ok("restore", "-d", server.url(database), ...args, inFolder("shop.sql.zst"));
  const count = async (database: string, table: string) =>
    (await server.query(database, `SELECT count(*)::integer AS rows FROM ${table}`))[0]?.["rows"];

  it("dumps, verifies, restores, and the copy gives the same script", async () => {
    expect(await ok("verify", inFolder("shop.sql.zst"))).toMatch(/shop\.sql\.zst: ok, \d+ frames, [\d.]+ kB, fingerprint [0-9a-f]{64}\n$/);
    const target = await newTarget();
    await restore(target);
    expect(await scriptOf(target)).toBe(await scriptOf(source));
  });

  it("writes an archive that only its owner may read", async () => {
    expect((await stat(inFolder("shop.sql.zst"))).mode & 0o777).toBe(0o600);
  });

  it("restores in place with --clean --if-exists", async () => {
    const target = await newTarget();
    await restore(target);
    await server.query(target, "DROP VIEW total; DELETE FROM app.sale; ALTER TABLE public.log ADD COLUMN extra integer");
    await restore(target, "-c", "--if-exists");
    expect(await scriptOf(target)).toBe(await scriptOf(source));
  });

  it("restores schema and data apart", async () => {
    const target = await newTarget();
    await restore(target, "-s");
    expect([await count(target, "app.sale"), await count(target, "public.log")]).toEqual([0, 0]);
    await restore(target, "-a");
    expect(await count(target, "app.sale")).toBe(5000);
    expect(await server.query(target, "SELECT nextval('app.sale_id_seq')::integer AS next")).toEqual([{ next: 5001 }]);
  });

  it("restores the sections one after the other", async () => {
    const target = await newTarget();
    for (const section of ["pre-data", "data", "post-data"]) await restore(target, `--section=${section}`);
    expect(await scriptOf(target)).toBe(await scriptOf(source));
  });

  it("restores one schema, and one table", async () => {
    const target = await newTarget("CREATE SCHEMA app");
    await restore(target, "-n", "app");
    expect(await count(target, "app.sale")).toBe(5000);
    expect(await server.query(target, "SELECT to_regclass('public.log') AS log")).toEqual([{ log: null }]);
    await restore(target, "-t", "log");
    expect(await count(target, "public.log")).toBe(1);
  });

  it("leaves owners and grants out", async () => {
    const target = await newTarget();
    await restore(target, "-O", "-x");
    expect(await scriptOf(target)).not.toContain("GRANT");
  });

  it("lists what pg_restore -l would list", async () => {
    const lines = (await ok("list", inFolder("shop.sql.zst"))).split("\n");
    expect(lines).toContain(`;     dbname: ${source}`);
    expect(lines.some((line) => /^\d+; 1259 \d+ TABLE app sale postgres$/.test(line))).toBe(true);
    expect(lines.some((line) => /^\d+; 0 \d+ TABLE DATA app sale postgres$/.test(line))).toBe(true);
    expect(lines.some((line) => /^\d+; 2615 \d+ SCHEMA - app postgres$/.test(line))).toBe(true);
    expect(lines.some((line) => /^\d+; 0 0 COMMENT app TABLE sale postgres$/.test(line))).toBe(true);
  });

  it("inspects rows and sizes", async () => {
    const text = await ok("inspect", inFolder("shop.sql.zst"));
    expect(text).toMatch(/^app\.sale +5,000 +\d+ kB +\d+ kB +1$/m);
    const json = JSON.parse(await ok("inspect", "--json", inFolder("shop.sql.zst"))) as Record<string, unknown>;
    expect(json).toMatchObject({ format: "stow", database: source, rows: 5004, encoding: "UTF8" });
    expect(json["data"]).toContainEqual(expect.objectContaining({ schema: "app", name: "sale", rows: 5000, chunks: 1 }) as unknown);
    const verified = JSON.parse(await ok("verify", "--json", inFolder("shop.sql.zst"))) as Record<string, unknown>;
    expect(verified).toMatchObject({ ok: true, fingerprint: json["fingerprint"], storedBytes: json["storedBytes"] });
  });

  it("tells a program, too, that an archive is damaged", async () => {
    const damaged = await readFile(inFolder("shop.sql.zst"));
    damaged[2000] = (damaged[2000] ?? 0) ^ 1;
    await writeFile(inFolder("damaged.sql.zst"), damaged);
    const { code, stdout, stderr } = await runPgstow(["verify", "--json", inFolder("damaged.sql.zst")]);
    const { file, ok: isOk, problem } = JSON.parse(stdout) as Record<string, unknown>;
    expect({ code, file, isOk }).toEqual({ code: 1, file: inFolder("damaged.sql.zst"), isOk: false });
    expect(stderr).toContain(`pgstow: error: ${String(problem)}\n`);
  });

  it("writes no script over an archive", async () => {
    const before = await readFile(inFolder("shop.sql.zst"));
    const { code, stderr } = await runPgstow(["restore", "-f", inFolder("shop.sql.zst"), inFolder("shop.sql.zst")]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^pgstow: error: ".*" is the archive that is to be read; /)]);
    expect((await readFile(inFolder("shop.sql.zst"))).equals(before)).toBe(true);
  });

  it("writes a script under a name that ends in .sql, and to standard output the same", async () => {
    await ok("dump", server.url(source), "--restrict-key=k", "-f", inFolder("shop.sql"));
    expect(await readFile(inFolder("shop.sql"), "utf8")).toBe(await scriptOf(source));
  });

  it("selects what to dump", async () => {
    const script = await scriptOf(source, "-n", "app", "--exclude-table-data=app.s*");
    expect(script).toContain("CREATE TABLE app.sale");
    expect(script).toContain("COPY app.customer");
    expect(script).not.toContain("COPY app.sale");
    expect(script).not.toContain("public.log");
    const { code, stderr } = await runPgstow(["dump", server.url(source), "-t", "nothing"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^pgstow: error: no matching tables were found/);
  });

  it("takes the connection from flags and from the environment", async () => {
    const flags = await ok("dump", "-h", server.host, "-p", String(server.port), "-U", "postgres", "-s", "--restrict-key=k", source);
    const env = { PGHOST: server.host, PGPORT: String(server.port), PGUSER: "postgres", PGDATABASE: source };
    const { stdout } = await runPgstow(["dump", "-s", "--restrict-key=k"], { env });
    expect(stdout).toBe(flags);
    expect(flags).toContain("CREATE TABLE app.sale");
  });

  it("reports progress as lines of JSON on standard error", async () => {
    const { code, stderr } = await runPgstow(["dump", server.url(source), "--progress=json", "-f", inFolder("progress.sql.zst")]);
    expect(code).toBe(0);
    const steps = stderr
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(steps.map(({ phase }) => phase)).toEqual(expect.arrayContaining(["catalog", "data", "finish"]));
    expect(steps.at(-1)).toMatchObject({ phase: "finish", rows: 5004 });
  });
});
