import type { RemoteConfig } from "../../src/backup/remote.ts";
import type { TestServer } from "../support/server.ts";

/** The schema of the seed: a blog whose users write posts. */
const SCHEMA = `
  CREATE SCHEMA blog;
  CREATE TYPE blog.mood AS ENUM ('glad', 'sad');
  CREATE TABLE blog.tb_user (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE, mood blog.mood DEFAULT 'glad');
  CREATE TABLE blog.tb_post (id serial PRIMARY KEY, author integer NOT NULL REFERENCES blog.tb_user, title text, body text);
  CREATE INDEX ON blog.tb_post (author);
  CREATE VIEW blog.v_post AS SELECT p.id, u.name, p.title FROM blog.tb_post p JOIN blog.tb_user u ON u.id = p.author;
  CREATE FUNCTION blog.titles(integer) RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM blog.tb_post WHERE author = $1';
  COMMENT ON TABLE blog.tb_user IS 'who writes';`;

const ROWS = `
  INSERT INTO blog.tb_user (name) SELECT 'user ' || n FROM generate_series(1, 200) AS n;
  INSERT INTO blog.tb_post (author, title, body) SELECT 1 + n % 200, 'title ' || n, repeat(md5(n::text), 5) FROM generate_series(1, 3000) AS n;
  SELECT pg_catalog.lo_from_bytea(4711, 'a large object');`;

export async function createBlog(server: TestServer, prefix: string): Promise<string> {
  const database = await server.createDatabase(prefix);
  await server.query(database, SCHEMA + ROWS);
  return database;
}

export function remoteOf(server: TestServer, name: string, database: string, more: Partial<RemoteConfig> = {}): RemoteConfig {
  return { name, url: server.url(database), environment: "local", ...more };
}

export async function countUsers(server: TestServer, database: string): Promise<number> {
  const [row] = await server.query(database, "SELECT count(*)::integer AS users FROM blog.tb_user");
  return Number(row?.["users"]);
}

export function allUsers(server: TestServer, database: string): Promise<Record<string, unknown>[]> {
  return server.query(database, "SELECT * FROM blog.tb_user ORDER BY id");
}
