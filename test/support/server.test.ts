import { expect, test } from "vitest";
import { describeOnServers } from "./server.ts";

await describeOnServers("a test server", (server) => {
  test("is of the major that was asked for, in UTF8 and C.UTF-8", async () => {
    const rows = await server.query(
      "postgres",
      `SELECT current_setting('server_version_num')::int / 10000 AS major, current_setting('server_encoding') AS encoding,
              (SELECT datcollate FROM pg_database WHERE datname = 'template0') AS locale`,
    );
    expect(rows).toEqual([{ major: server.major, encoding: "UTF8", locale: process.platform === "linux" ? "C.UTF-8" : "C" }]);
  });

  test("gives databases of their own, and drops them", async () => {
    const [one, two] = [await server.createDatabase("own"), await server.createDatabase("own")];
    expect(one).not.toBe(two);
    await server.query(one, "CREATE TABLE t (a int); INSERT INTO t VALUES (1)");
    expect(await server.query(one, "SELECT a FROM t")).toEqual([{ a: 1 }]);
    await expect(server.query(two, "SELECT a FROM t")).rejects.toThrow(/relation "t" does not exist/);
    for (const database of [one, two]) await server.dropDatabase(database);
    const left = await server.query("postgres", `SELECT FROM pg_database WHERE datname IN ('${one}', '${two}')`);
    expect(left).toEqual([]);
  });
});
