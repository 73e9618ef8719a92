import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runPgstow } from "./pgstow.ts";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pgstow-usage-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** An error is one line that names the thing, perhaps with hints, and nothing else. */
async function expectError(args: readonly string[], error: string): Promise<string> {
  const { code, stdout, stderr } = await runPgstow(args, { cwd: folder });
  const [first, ...rest] = stderr.trimEnd().split("\n");
  expect({ code, stdout, first }).toEqual({ code: 1, stdout: "", first: `pgstow: error: ${error}` });
  for (const line of rest) expect(line).toMatch(/^pgstow: (hint|detail): /);
  return rest.join("\n");
}

describe("help and version", () => {
  it("prints the version of package.json", async () => {
    const { version } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8")) as { version: string };
    for (const args of [["--version"], ["-V"], ["dump", "--version"]]) {
      expect(await runPgstow(args)).toEqual({ code: 0, stdout: `pgstow ${version}\n`, stderr: "" });
    }
  });

  it("lists the commands", async () => {
    const { code, stdout } = await runPgstow(["--help"]);
    expect(code).toBe(0);
    for (const command of ["dump", "dumpall", "restore", "list", "verify", "convert", "inspect", "shim"])
      expect(stdout).toContain(`\n  ${command} `);
  });

  it.each(["dump", "restore", "list", "verify", "inspect"])("explains %s", async (command) => {
    const { code, stdout, stderr } = await runPgstow([command, "-?"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(`Usage: pgstow ${command}`);
    expect(stdout).toContain("--help");
  });

  it("gives -h to the host, as PostgreSQL's programs do", async () => {
    const { stdout } = await runPgstow(["dump", "--help"]);
    expect(stdout).toMatch(/-h, --host/);
  });

  it("explains itself when it is asked for nothing", async () => {
    const { code, stdout, stderr } = await runPgstow([]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("Usage: pgstow COMMAND");
  });
});

describe("wrong arguments", () => {
  it.each<[string[], string]>([
    [["frobnicate"], "unknown command frobnicate"],
    [["--frobnicate"], "unknown option --frobnicate"],
    [["dump", "--frobnicate"], "unknown option --frobnicate"],
    [["dump", "-k"], "unknown option -k"],
    [["dump", "a", "b"], 'too many command-line arguments (first is "b")'],
    [["dump", "-d", "a", "b"], 'the database is named twice: with -d/--dbname and as an argument ("b")'],
    [["dump", "-a", "-s"], "options -s/--schema-only and -a/--data-only cannot be used together"],
    [["dump", "-ca"], "options -c/--clean and -a/--data-only cannot be used together"],
    [["dump", "--if-exists"], "option --if-exists requires option -c/--clean"],
    [["dump", "-w", "-W"], "options -W/--password and -w/--no-password cannot be used together"],
    [["dump", "--section=middle"], 'unrecognized section name: "middle"'],
    [["dump", "--restrict-key", "a b"], "invalid restrict key"],
    [["dump", "-h", "127.0.0.1", "-p", "1", "--lock-wait-timeout", "banana"], 'invalid value "banana" for option --lock-wait-timeout'],
    [["dumpall", "-h", "127.0.0.1", "-p", "1", "--lock-wait-timeout=25d"], 'invalid value "25d" for option --lock-wait-timeout'],
    [["backup", "create", "--lock-wait-timeout=1 week"], 'invalid value "1 week" for option --lock-wait-timeout'],
    [["backup", "restore", "--lock-wait-timeout="], 'invalid value "" for option --lock-wait-timeout'],
    [["guard", "--lock-wait-timeout=-1", "--", "true"], 'invalid value "-1" for option --lock-wait-timeout'],
    [["dump", "-j", "none"], 'invalid value "none" for option -j/--jobs'],
    [["dump", "-Fd", "-j2", "--split-tables-larger-than=1GB"], "option --split-tables-larger-than is for stow archives"],
    [["dump", "-Fs", "--split-tables-larger-than=100"], 'invalid value "100" for option --split-tables-larger-than'],
    [["dump", "-Fs", "--split-tables-larger-than", "1GB", "--engine=pg_dump"], "option --split-tables-larger-than needs the native engine"],
    [["dump", "-Fp", "-j2"], "parallel backup only supported by the stow, custom and directory formats"],
    [["dump", "-s", "--include-foreign-data=*"], "options -s/--schema-only and --include-foreign-data cannot be used together"],
    [["dump", "-Fd"], "no output directory specified"],
    [["dump", "-Fx"], 'invalid output format "x" specified'],
    [["dump", "-Zq", "-Fp"], 'unrecognized compression algorithm: "q"'],
    [
      ["dump", "--on-conflict-do-nothing"],
      "option --on-conflict-do-nothing requires option --inserts, --rows-per-insert, or --column-inserts",
    ],
    [["dump", "--progress=bar"], 'invalid value "bar" for option --progress: must be auto, line, json or none'],
    [["restore"], "one of -d/--dbname and -f/--file must be specified"],
    [["restore", "-d", "x"], '"standard input" is empty'],
    [["restore", "-d", "x", "-f", "y", "x.sql.zst"], "options -d/--dbname and -f/--file cannot be used together"],
    [["restore", "-d", "x", "-1C", "x.sql.zst"], "options -C/--create and -1/--single-transaction cannot be used together"],
    [
      ["restore", "-d", "x", "-1", "--continue-on-error"],
      "options -1/--single-transaction and --continue-on-error cannot be used together",
    ],
    [["restore", "-d", "x", "-j0", "x.sql.zst"], "-j/--jobs must be in range 1..2147483647"],
    [["restore", "-d", "x", "-L", "no-such-list"], 'could not open TOC file "no-such-list": No such file or directory'],
    [["restore", "-d", "x", "-ac", "x.sql.zst"], "options -c/--clean and -a/--data-only cannot be used together"],
    [["restore", "-d", "x", "-1", "-j4", "x.sql.zst"], "cannot specify both --single-transaction and multiple jobs"],
    [["shim"], "no folder given"],
    [["face", "pg_ctl"], 'there is no face "pg_ctl"'],
    [["list"], '"standard input" is empty'],
    [["verify", "a", "b"], 'too many command-line arguments (first is "b")'],
  ])("%j: %s", async (args, error) => {
    await expectError(args, error);
  });

  it("shows a stack trace with --debug only", async () => {
    expect((await runPgstow(["dump", "--nope"])).stderr).not.toContain("    at ");
    expect((await runPgstow(["dump", "--nope", "--debug"])).stderr).toContain("    at ");
  });

  it("never repeats a connection string, which may hold a password", async () => {
    const { stderr } = await runPgstow(["dump", "-d", "a", "postgres://u:geheim@h/d"]);
    expect(stderr).toContain("the database is named twice");
    expect(stderr).not.toContain("geheim");
  });
});

describe("files that are no archives", () => {
  it.each(["list", "verify", "inspect"])("%s says so", async (command) => {
    await writeFile(join(folder, "notes.txt"), "some notes of mine, long enough to be shown\n");
    await expectError([command, "notes.txt"], '"notes.txt" is not a pgstow archive: it starts with "some notes of mi"');
    await expectError([command, "missing.sql.zst"], 'could not open "missing.sql.zst": no such file or directory');
  });
});
