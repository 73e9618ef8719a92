import { access, chmod, constants, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { runPgstow } from "./pgstow.ts";
import { createShims, type Shims } from "./shims.ts";

const programs = ["pg_dump", "pg_restore", "pg_dumpall", "psql"];

describe("pgstow shim", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "pgstow-shim-"));
    return () => rm(folder, { recursive: true, force: true });
  });

  test("writes four executables and prints the line for PATH", async () => {
    const bin = join(folder, "some one's", "bin");
    const { code, stdout, stderr } = await runPgstow(["shim", bin]);
    expect([code, stdout, stderr]).toEqual([0, `export PATH='${bin.replace("'", String.raw`'\''`)}':"$PATH"\n`, ""]);
    for (const program of programs) await access(join(bin, program), constants.X_OK);
  });

  test("refuses to replace what it did not write, and then writes nothing at all", async () => {
    await writeFile(join(folder, "psql"), "#!/bin/sh\necho mine\n");
    const { code, stderr } = await runPgstow(["shim", folder]);
    expect(code).toBe(1);
    expect(stderr).toContain(`pgstow: error: "${join(folder, "psql")}" exists already and is not pgstow's\n`);
    await expect(access(join(folder, "pg_dump"))).rejects.toThrow();
  });

  test("writes over its own, and with --force over others, but not through a link", async () => {
    expect((await runPgstow(["shim", folder])).code).toBe(0);
    expect((await runPgstow(["shim", folder])).code).toBe(0);
    const elsewhere = join(folder, "elsewhere");
    await writeFile(elsewhere, "the real one");
    await rm(join(folder, "pg_dump"));
    await symlink(elsewhere, join(folder, "pg_dump"));
    expect((await runPgstow(["shim", folder])).code).toBe(1);
    expect((await runPgstow(["shim", "--force", folder])).code).toBe(0);
    expect(await readFile(elsewhere, "utf8")).toBe("the real one");
    expect(await readFile(join(folder, "pg_dump"), "utf8")).toContain("pgstow shim");
  });

  test("says what is wrong with the folder", async () => {
    await writeFile(join(folder, "file"), "");
    for (const [args, message] of [
      [[], "pgstow: error: no folder given\n"],
      [[join(folder, "file")], `could not create "${join(folder, "file")}"`],
    ] as const) {
      const { code, stderr } = await runPgstow(["shim", ...args]);
      expect(code).toBe(1);
      expect(stderr).toContain(message);
    }
  });
});

describe("the programs that it writes", () => {
  let shims: Shims;
  beforeAll(async () => {
    shims = await createShims();
  });
  afterAll(() => rm(dirname(shims.folder), { recursive: true, force: true }));

  test.each(programs)("%s says its version in a line that scripts can read", async (program) => {
    for (const flag of ["--version", "-V"]) {
      expect(await shims.run(program, [flag])).toEqual({ code: 0, stdout: `${program} (PostgreSQL) 18.4\n`, stderr: "" });
    }
    const older = await shims.run(program, ["--version"], { env: { PGSTOW_PG_VERSION: "15.3" } });
    expect(older.stdout).toBe(`${program} (PostgreSQL) 15.3\n`);
    const wrong = await shims.run(program, ["--version"], { env: { PGSTOW_PG_VERSION: "9.6" } });
    expect(wrong).toMatchObject({ code: 1, stdout: "" });
    expect(wrong.stderr).toContain(`${program}: error: invalid value "9.6" of PGSTOW_PG_VERSION`);
  });

  test.each(programs)("%s lists its options", async (program) => {
    for (const flag of ["--help", "-?"]) {
      const { code, stdout, stderr } = await shims.run(program, [flag]);
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout).toContain(`Usage:\n  ${program} [OPTION]...`);
    }
  });

  test("they run in a folder of ES modules too, and by a link", async () => {
    await writeFile(join(shims.folder, "package.json"), '{"type":"module"}');
    await symlink(join(shims.folder, "pg_dump"), join(shims.folder, "backup"));
    for (const name of ["pg_dump", "backup"]) expect((await shims.run(name, ["-V"])).stdout).toBe("pg_dump (PostgreSQL) 18.4\n");
    await rm(join(shims.folder, "package.json"));
  });

  test("a pgstow that is gone is named", async () => {
    const text = await readFile(join(shims.folder, "pg_dump"), "utf8");
    const orphan = join(shims.folder, "orphan");
    await writeFile(orphan, text.replace("/dist/cli/main.js", "/dist/cli/gone.js"));
    await chmod(orphan, 0o755);
    const { code, stdout, stderr } = await shims.run("orphan", ["-V"]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^pg_dump: error: pgstow does not start: .*gone\.js/);
  });
});
