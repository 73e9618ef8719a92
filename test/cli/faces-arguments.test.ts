import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { FaceProgram } from "../../src/cli/faces/face.ts";
import { runFace } from "../../src/cli/faces/run-face.ts";
import { clientEnvironment, findProgram, type FoundProgram } from "../support/programs.ts";
import { runProgram } from "../support/run-program.ts";
import { archiveBytes } from "../format/pg-dump-archives.ts";
import { smallContent } from "../format/small-archive.ts";

/** The real programs of this major are the judges of command lines. */
const major = 15;

/** Nobody listens here, so that a command line that is right ends in the same way everywhere. */
const nowhere = ["-h", "/nonexistent", "-U", "nobody"];

const everywhere = [
  "--no-such-option",
  "--no-such-option=1",
  "--=x",
  "--no",
  "--no-s",
  "--s",
  "-Q",
  "-vQ",
  "--port",
  "--verbose=1",
  "--verb=1",
  "-p",
  "-vp",
  "-v --help",
  "-v --version",
  "-v -?",
  "-v -V",
];

const refused: Readonly<Record<Exclude<FaceProgram, "psql">, readonly string[]>> = {
  pg_dump: [
    ...everywhere,
    "a b",
    "-d a b",
    "-- -a -b",
    "-a -s",
    "-s -a -c",
    "-ac",
    "-aC --clean",
    "--if-exists",
    "--if-exists -a",
    "-s --include-foreign-data=x",
    "-j2 --include-foreign-data=x",
    "-j 2",
    "-j 2 -Fc",
    "-j0",
    "-j -1",
    "-j two",
    "-j 2x",
    "-j 99999999999",
    "--on-conflict-do-nothing",
    "--on-conflict-do-nothing -a --no-p",
    "--rows-per-insert=0",
    "--rows=x",
    "--extra-float-digits=4",
    "--extra-float-digits=-16",
    "--section=some",
    "--section=some --no-p",
    "--section=data -a -s",
    "--restrict-key=",
    "--restrict-key=a-b",
    "--restrict-key=a-b -Fc -f /dev/null",
    "-Fq",
    "-F ''",
    "--format=tarr",
    "-Fq -a -s",
    "-Fd",
    "-Fd -f /dev/null",
    "-Fd -f /nonexistent/folder",
    "-f /nonexistent/file -Fc",
    "-Ft -Z 3",
    "--fo=q",
    "--exc=x",
    "--sch=x",
    "--lock-wait-timeout=banana",
  ],
  pg_restore: [
    ...everywhere,
    "",
    "-d x -f y",
    "-l -d x -f y",
    "-d x --restrict-key=k",
    "-a -s -f -",
    "-a -c -f -",
    "-l -a -s",
    "--if-exists -f -",
    "-1 -C -d x",
    "-1 -j 2 -d x",
    "-j 2 -1",
    "-j0 -l",
    "-jx -l",
    "--section=x -l",
    "--restrict-key=- -f -",
    "-Fp -f -",
    "-F custom -f - -L /nonexistent",
    "-f - -n nobody --strict-names",
    "-f - -t nobody --strict-names",
    "-f - -I nobody --strict-names",
    "-f - -P nobody --strict-names",
    "-f - -T nobody --strict-names",
    "-d x -1",
    "-d x",
    "-l second",
    "-f /nonexistent/file",
  ],
  pg_dumpall: [
    ...everywhere,
    "x",
    "-g -r",
    "-gt",
    "-rt",
    "-r -t -x",
    "--if-exists",
    "--if-exists -r -t",
    "-g --exclude-database=x",
    "-rg --exclude-database=x",
    "--restrict-key=-",
    "-l x",
    "-j 2",
    "--no-role",
    "--exclude=x",
  ],
};

/** What each of these is taken for shows in its error about the connection. */
const accepted: Readonly<Record<"pg_dump", readonly string[]>> = {
  pg_dump: [
    "",
    "-s x",
    "x -s",
    "--schema-o x",
    "-d x -wW -w",
    "-sOxFp x",
    "--inc=y",
    "-n x -n y",
    "-- x",
    "-R",
    "--no-rec",
    "-Z0 -Fp",
    "-E utf8",
  ],
};

for (const program of ["pg_dump", "pg_restore", "pg_dumpall"] as const) {
  const real = await findProgram(program, major);
  const missing = real === undefined ? ` (skipped: there is no ${program} ${String(major)} here)` : "";
  describe.skipIf(real === undefined)(`${program} and the original refuse alike${missing}`, () => {
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "pgstow-faces-"));
      await writeFile(join(folder, "archive"), await archiveBytes("custom", smallContent, { archiveMinor: 14 }));
      for (const name of Object.keys(process.env)) if (/^PG[A-Z]+$/.test(name)) vi.stubEnv(name, undefined);
    });
    afterAll(async () => {
      vi.unstubAllEnvs();
      await rm(folder, { recursive: true, force: true });
    });

    test.each(refused[program].concat(program === "pg_dump" ? accepted.pg_dump : []))("%s", async (line) => {
      const archive = program === "pg_restore" ? [join(folder, "archive")] : [];
      const args = [...wordsOf(line), ...(line.includes("--help") ? [] : nowhere), ...archive];
      expect(await runOurs(program, args)).toEqual(await runReal(real, args));
    });

    test("every option of the original is known and in the help", async () => {
      const { stdout } = await runProgram(real?.path ?? "", ["--help"]);
      const names = [...stdout.matchAll(/--[a-z][a-z-]+/g)].map(([name]) => name);
      const ours = await runOurs(program, ["--help"]);
      expect(names.length).toBeGreaterThan(30);
      // Renamed since.
      expect(names.filter((name) => !ours.stdout.includes(name))).toEqual(program === "pg_dump" ? ["--blobs", "--no-blobs"] : []);
    });
  });
}

function wordsOf(line: string): string[] {
  return line === "" ? [] : line.split(" ").map((word) => (word === "''" ? "" : word));
}

async function runReal(program: FoundProgram | undefined, args: readonly string[]) {
  const path = program?.path ?? "";
  const { code, stdout, stderr } = await runProgram(path, args, { env: clientEnvironment() });
  // getopt calls a program as it was called.
  return { code, stdout, stderr: stderr.replaceAll(path, path.replace(/^.*\//, "")) };
}

async function runOurs(program: FaceProgram, args: readonly string[]) {
  let [stdout, stderr] = ["", ""];
  const code = await runFace(program, args, {
    environment: { PGSTOW_PG_VERSION: String(major) },
    signal: new AbortController().signal,
    standardErrorIsTerminal: false,
    print: (text) => (stdout += text),
    writeError: (text) => (stderr += text),
  });
  return { code, stdout, stderr };
}
