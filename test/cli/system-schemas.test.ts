import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dump } from "../../src/index.ts";
import { describeOnServers } from "../support/server.ts";

await describeOnServers("schemas of the server's own", (server) => {
  let database = "";
  beforeAll(async () => {
    database = await server.createDatabase("system_schemas");
    await server.query(database, "CREATE TABLE information_schema.mine (i integer); CREATE TABLE yours (i integer)");
  });
  afterAll(() => server.dropDatabase(database));

  async function dumped(...schemas: string[]): Promise<{ sql: string; warnings: string[] }> {
    const output = new PassThrough();
    const sql = text(output);
    const { diagnostics } = await dump({ connection: server.url(database), environment: {}, output, format: "plain", schemas });
    output.end();
    return { sql: await sql, warnings: diagnostics.map(({ message }) => message) };
  }

  it("are dumped without what every server has, which is told", async () => {
    const left = (names: string) => [`most of what the server itself brings into ${names} is left out of the dump`];
    const one = await dumped("information_schema");
    expect(one.sql).toContain("CREATE TABLE information_schema.mine (");
    expect(one.warnings).toEqual(left("information_schema"));
    const all = await dumped("*");
    expect(all.sql).toContain("CREATE TABLE public.yours (");
    expect(all.warnings).toEqual(left("pg_catalog and information_schema"));
    expect((await dumped("public")).warnings).toEqual([]);
  });
});
