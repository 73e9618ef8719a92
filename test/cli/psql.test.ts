import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasProgram } from "../support/oracle.ts";
import { findProgram } from "../support/programs.ts";
import { type RunResult, runProgram } from "../support/run-program.ts";
import type { TestServer } from "../support/server.ts";
import { describeOnServers } from "../support/server.ts";
import { builtProgram } from "./built-program.ts";
import { scripts } from "./psql-scripts.ts";

/** The real psql of this major is the judge. */
const major = 15;
const isJudged = await hasProgram("psql", major);
const missing = isJudged ? "" : ` (skipped: there is no psql ${String(major)} here)`;

const commandLines: readonly { readonly args: readonly string[]; readonly input?: string }[] = (
  [
    [["-c", "select 1/0", "-c", "select 2"]],
    [["-v", "ON_ERROR_STOP=1", "-c", "select 1/0", "-c", "select 2"]],
    [["-c", "\\echo a", "-c", "\\foo", "-c", "select 1; select 2", "-c", "\\set x 1", "-c", "select :x"]],
    [["-1", "-c", "create temp table t (a int)", "-c", "insert into t values (1)", "-c", "table t"]],
    [["-1", "-c", "select 1/0", "-c", "select 2"]],
    [["-1", "-v", "ON_ERROR_STOP=1", "-c", "select 1/0", "-c", "select 2"]],
    [["-qAt", "-F", ",", "-R", ";", "-c", "select 1, null, 'x' union all select 2, 'y', 'z'"]],
    [["-Az0", "-c", "select 1, 2 union all select 3, 4"]],
    [["--csv", "-P", "null=-", "-c", "select 'a,b' as x, null as n"]],
    [["-x", "-t", "-c", "select 1 as a, 2 as b"]],
    [["-P", "title=Hello", "-P", "border=2", "-P", "footer=off", "-c", "select 1"]],
    [["-P", "nope=1", "-c", "select 1"]],
    [["-v", "ON_ERROR_STOP=maybe", "-c", "select 1"]],
    [["-v", "a=it's", "-e", "-f", "-"], "select :'a';\nselect 1/0;\nselect 2;\n"],
    [["-b", "-f", "-", "-v", "ON_ERROR_STOP=1"], "select 1/0;\nselect 2;\n"],
    [["-a", "-q"], "select 1;\n\\set x 2\nselect\n :x;\n"],
    [["-a"], "create temp table t (a int);\ninsert into t values (1);\nselect 1;\n"],
    [["-c", "create temp table t (a int)", "-c", "copy t from stdin", "-c", "select sum(a) from t"], "1\n2\n"],
    [["-f", "missing.sql", "-c", "select 1"]],
    [["-d", "no_such_database", "-c", "select 1"]],
    [["-o", "out.txt", "-c", "select 1", "-c", "\\echo hi", "-c", "\\qecho q", "-c", "\\i out.txt"]],
    [["-S"], "select 1\nselect 2\n"],
    [["-c", "select pg_terminate_backend(pg_backend_pid())", "-c", "select 1"]],
    [[], '\uFEFFselect 1;\r\nselect 2 as "a\r\n";\r\n\\q\r\nselect 3;'],
    [[], "PGDMP\n"],
    [["-v", "ON_ERROR_STOP=1"], "\\set ON_ERROR_STOP off\n\\foo\n\\set ON_ERROR_STOP 1\n\\foo\nselect 2;\n"],
  ] as const satisfies readonly (readonly [args: readonly string[], input?: string])[]
).map(([args, input]) => (input === undefined ? { args } : { args, input }));

await describeOnServers(
  `psql${missing}`,
  (server) => {
    describe.skipIf(!isJudged)("prints what psql prints, and ends as it ends", () => {
      const databases: string[] = [];
      const folders: string[] = [];
      beforeAll(async () => {
        for (let i = 0; i < 2; i++) {
          databases.push(await server.createDatabase("psql"));
          folders.push(await mkdtemp(join(tmpdir(), "pgstow-psql-")));
        }
      });
      afterAll(async () => {
        for (const database of databases) await server.dropDatabase(database);
        for (const folder of folders) await rm(folder, { recursive: true });
      });

      /** Runs both programs; gives what they printed and their exit codes. */
      async function runBoth(args: readonly string[], input?: string): Promise<readonly [RunResult, RunResult]> {
        const real = (await findProgram("psql", major))!;
        const programs = [[real.path], [process.execPath, await builtProgram(), "face", "psql"]] as const;
        const [first, second] = await Promise.all(
          programs.map(async ([program, ...leading], at) => {
            const env = environment(server, databases[at]!);
            const result = await runProgram(program, [...leading, "-X", ...args], {
              cwd: folders[at]!,
              env,
              ...(input === undefined ? {} : { input }),
            });
            const stderr = result.stderr.replaceAll(real.path, "psql");
            return { ...result, stderr };
          }),
        );
        return [first!, second!];
      }

      test.each(Object.entries(scripts))("a script of %s", async (_, script) => {
        for (const folder of folders) await writeFile(join(folder, "script.sql"), script);
        const [real, ours] = await runBoth(["-f", "script.sql"]);
        expect(ours).toEqual(real);
        const [realInput, oursInput] = await runBoth(["-e", "-v", "ON_ERROR_STOP=1"], script);
        expect(oursInput).toEqual(realInput);
      });

      test.each(commandLines)("the command line $args", async ({ args, input }) => {
        const [real, ours] = await runBoth(args, input);
        expect(ours).toEqual(real);
        if (!args.includes("out.txt")) return;
        const [realFile, oursFile] = await Promise.all(folders.map((folder) => readFile(join(folder, "out.txt"), "utf8")));
        expect(oursFile).toBe(realFile);
      });

      test("\\connect goes on elsewhere, or ends the script", async () => {
        const script = String.raw`
\connect postgres
select current_database();
\c - - - -
\c "dbname=postgres host=${server.host} port=${String(server.port)} application_name=here"
show application_name;
\c -reuse-previous=on "application_name=there"
show application_name;
\c no_such_database
select 1;`;
        const [real, ours] = await runBoth(["-f", "-"], script);
        expect(ours).toEqual(real);
        expect(ours.code).toBe(2);
      });
    });

    describe("what scripts may not do", () => {
      test.each([
        "\\! touch pwned",
        "\\set x `touch pwned`",
        "\\o |touch pwned",
        "select 1 \\g |touch pwned",
        "\\copy t from program 'touch pwned'",
        "\\d",
      ])("%s ends the script", async (line) => {
        const folder = await mkdtemp(join(tmpdir(), "pgstow-psql-"));
        try {
          await writeFile(join(folder, "script.sql"), `\n${line}\n\\echo went on\n`);
          const args = [await builtProgram(), "face", "psql", "-X", "-f", "script.sql"];
          const result = await runProgram(process.execPath, args, { cwd: folder, env: environment(server, "postgres") });
          expect(result.code).toBe(3);
          expect(result.stdout).toBe("");
          expect(result.stderr).toMatch(
            /^psql:script\.sql:2: error: \\\S+: (?:a script runs no shell command|this command is not supported in scripts)\n$/,
          );
          await expect(readFile(join(folder, "pwned"))).rejects.toThrow("ENOENT");
        } finally {
          await rm(folder, { recursive: true });
        }
      });
    });
  },
  [major],
);

function environment(server: TestServer, database: string): NodeJS.ProcessEnv {
  const url = new URL(server.url(database));
  return {
    PATH: process.env["PATH"],
    HOME: "/nonexistent",
    LC_ALL: "C.UTF-8",
    PGHOST: server.host,
    PGPORT: String(server.port),
    PGUSER: decodeURIComponent(url.username),
    ...(url.password === "" ? {} : { PGPASSWORD: decodeURIComponent(url.password) }),
    PGDATABASE: database,
  };
}
