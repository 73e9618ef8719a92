import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PgstowError } from "../../src/core/errors.ts";
import { runDump } from "../../src/dump/dump.ts";
import { memorySink } from "../../src/store/memory.ts";
import { pgRestore } from "../support/oracle.ts";
import { clientEnvironment, findProgram } from "../support/programs.ts";
import { runProgram } from "../support/run-program.ts";
import { describeOnServers } from "../support/server.ts";
import type { TestServer } from "../support/server.ts";
import { comparable, dumpOrMessage } from "./dump-options.ts";
import { optionSets } from "./dump-options-sets.ts";

const MAJOR = 15;
const ABOUT_ONE_DUMP_MS = 60_000;

const pgDump = await findProgram("pg_dump", MAJOR);

/** What the real pg_dump prints, or its message. */
async function realDump(server: TestServer, database: string, args: readonly string[]): Promise<string> {
  if (pgDump === undefined) throw new PgstowError("internal", "no pg_dump");
  const { code, stdout, stderr } = await runProgram(pgDump.path, [...args, "-d", server.url(database)], { env: clientEnvironment() });
  return code === 0 ? comparable(Buffer.from(stdout)) : (stderr.split("\n")[0] ?? "").replace("pg_dump: ", "");
}

await describeOnServers(
  "pgstow dump prints what pg_dump prints",
  (server) => {
    let database = "";

    beforeAll(async () => {
      database = await server.createDatabase("options");
      await server.psql(database, { file: new URL("material/demanding.sql", import.meta.url).pathname });
    }, ABOUT_ONE_DUMP_MS);

    afterAll(async () => {
      // A database with a subscription cannot be dropped.
      await server.query(database, "DROP SUBSCRIPTION IF EXISTS elsewhere");
      await server.dropDatabase(database);
    });

    it.skipIf(pgDump === undefined).each(["custom", "tar"] as const)("rows as INSERT pass through a %s archive", async (format) => {
      const output = memorySink();
      await runDump({ connection: { dbname: server.url(database) }, environment: {}, format, output, rowsPerInsert: 2 });
      const script = await pgRestore(MAJOR, ["-f", "-"], output.bytes);
      expect(comparable(Buffer.from(script))).toBe(await realDump(server, database, ["--rows-per-insert=2"]));
    });

    for (const [about, sets] of Object.entries(optionSets)) {
      describe.skipIf(pgDump === undefined)(about, () => {
        it.concurrent.each(sets)(
          "with %s",
          async (line) => {
            const args = line
              .split(" ")
              .filter((arg) => arg !== "")
              .map((arg) => arg.replaceAll("~", " "));
            const [real, ours] = await Promise.all([realDump(server, database, args), dumpOrMessage(server, database, args)]);
            expect(ours).toBe(real);
          },
          ABOUT_ONE_DUMP_MS,
        );
      });
    }
  },
  [MAJOR],
);
