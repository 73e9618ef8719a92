import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { BackupManager } from "../../src/index.ts";
import { hasProgram, normalizeDump, pgDump, wasmPgDump } from "../support/oracle.ts";
import { describeOnServers } from "../support/server.ts";
import { createBlog, remoteOf } from "./shop.ts";

/** What a migration does that has to be taken back. */
const MIGRATION = `
  CREATE TABLE blog.tb_comment (id bigint GENERATED ALWAYS AS IDENTITY, post integer REFERENCES blog.tb_post, words text);
  INSERT INTO blog.tb_comment (post, words) SELECT id, 'new' FROM blog.tb_post;
  ALTER TABLE blog.tb_post DROP COLUMN body;
  ALTER TABLE blog.tb_user DROP COLUMN mood;
  DROP TYPE blog.mood;
  UPDATE blog.tb_user SET name = 'migrated ' || id;
  CREATE SCHEMA later;
  CREATE TABLE later.t (i integer REFERENCES blog.tb_user);
  CREATE TABLE public.t (i integer, v blog.tb_user);
  CREATE VIEW public.v AS SELECT * FROM blog.v_post;
  CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TRIGGER tr BEFORE INSERT ON blog.tb_user FOR EACH ROW EXECUTE FUNCTION public.f();
  COMMENT ON SCHEMA public IS 'changed';
  GRANT CREATE ON SCHEMA public TO PUBLIC;
  ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;
  SELECT pg_catalog.lo_from_bytea(4712, 'another');`;

await describeOnServers("a rollback", (server) => {
  let folder = "";
  let database = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pgstow-rollback-"));
    database = await createBlog(server, "rollback");
  });

  afterAll(async () => {
    await server.dropDatabase(database);
    await rm(folder, { recursive: true });
  });

  it("makes the database what it was, and nobody sees anything between", async () => {
    const manager = new BackupManager(folder);
    const remote = remoteOf(server, "staging", database);
    const hasOwn = await hasProgram("pg_dump", server.major);
    const dump = async () => normalizeDump(hasOwn ? await pgDump(server.major, server.url(database)) : await wasmPgDump(server, database));
    const before = await dump();
    const backup = await manager.createBackup(remote);
    await server.query(database, MIGRATION);
    expect(await dump()).not.toBe(before);

    const reader = new Reader(server.url(database));
    await reader.sees("migrated, 3000 comments");
    await manager.restoreBackup(backup, remote, { replace: true });
    await reader.sees("user, no comments");
    expect(await reader.stop()).toEqual(["migrated, 3000 comments", "user, no comments"]);

    expect(await dump()).toBe(before);
    expect(await manager.verifyBackup(backup, { level: "restore", scratch: server.url("postgres") })).toMatchObject({
      ok: true,
      level: "restore",
    });
  });
});

/** Asks all the time what there is, as an application would. */
class Reader {
  readonly #states: string[] = [];
  readonly #work: Promise<void>;
  #stopped = false;
  #waiting: { readonly state: string; readonly resolve: () => void } | undefined;

  constructor(url: string) {
    this.#work = this.#poll(url);
  }

  sees(state: string): Promise<void> {
    return Promise.race([new Promise<void>((resolve) => (this.#waiting = { state, resolve })), this.#work]);
  }

  /** The states that it has seen, in their order, each once in a row. */
  async stop(): Promise<readonly string[]> {
    this.#stopped = true;
    await this.#work;
    return this.#states;
  }

  async #poll(url: string): Promise<void> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      while (!this.#stopped) this.#note(await this.#look(client));
    } finally {
      await client.end();
    }
  }

  async #look(client: pg.Client): Promise<string> {
    // A name that is gone is a state like another; every statement sees one moment.
    const users = await client.query<{ name: string }>("SELECT DISTINCT split_part(name, ' ', 1) AS name FROM blog.tb_user");
    const names = users.rows.map(({ name }) => name).join(" and ");
    const comments = await client
      .query<{ count: string }>("SELECT count(*) FROM blog.tb_comment JOIN blog.tb_post ON tb_post.id = post")
      .then(({ rows }) => `${rows[0]?.count ?? ""} comments`)
      .catch((error: unknown) => {
        if (error instanceof pg.DatabaseError && error.code === "42P01") return "no comments";
        throw error;
      });
    // Between the two questions the restore may have been committed: then the first answer was the old one.
    return names === "migrated" && comments === "no comments" ? this.#look(client) : `${names}, ${comments}`;
  }

  #note(state: string): void {
    if (this.#states.at(-1) !== state) this.#states.push(state);
    if (this.#waiting?.state === state) this.#waiting.resolve();
  }
}
