import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runPgstow } from "../cli/pgstow.ts";
import { describeOnServers } from "../support/server.ts";
import { countUsers, createBlog } from "./shop.ts";

await describeOnServers(
  "pgstow guard",
  (server) => {
    let folder = "";
    let database = "";

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "pgstow-guard-"));
      database = await createBlog(server, "guard");
      const remotes = (environment: string) => `    url: ${server.url(database)}\n    environment: ${environment}\n`;
      await writeFile(join(folder, "pgstow.config.yaml"), `store: ./kept\nremotes:\n  staging:\n${remotes("staging")}`);
      await writeFile(join(folder, "production.yaml"), `store: ./kept\nremotes:\n  live:\n${remotes("production")}`);
    });

    afterAll(async () => {
      await server.dropDatabase(database);
      await rm(folder, { recursive: true });
    });

    const guard = (...args: string[]) => runPgstow(["guard", ...args], { cwd: folder });
    /** A migration that deletes users and ends with an exit code. */
    const migration = (code: number) => [
      "sh",
      "-c",
      `psql -X -q -d '${server.url(database)}' -c 'DELETE FROM blog.tb_post' -c 'DELETE FROM blog.tb_user WHERE id <= 10'; echo "arguments: $0 $1"; exit ${String(code)}`,
      "--help",
      "007",
    ];

    it("takes a command that fails back, and ends with its exit code", async () => {
      const { code, stdout, stderr } = await guard("--remote", "staging", "--auto-rollback", "--", ...migration(7));
      expect(stdout).toBe("arguments: --help 007\n");
      expect(stderr).toContain('of "staging" is there; running sh\n');
      expect(stderr).toContain("pgstow: sh ended with exit code 7\n");
      expect(stderr).toContain("the database is what it was before");
      expect(code).toBe(7);
      expect(await countUsers(server, database)).toBe(200);
    });

    it("keeps what a command did that succeeds, and without --auto-rollback what one did that fails", async () => {
      expect(await guard("--", ...migration(0))).toMatchObject({ code: 0 });
      expect(await countUsers(server, database)).toBe(190);
      const failed = await guard("--remote", "staging", "--", ...migration(3));
      expect(failed.code).toBe(3);
      expect(failed.stderr).toMatch(/to take it back: pgstow backup restore --remote staging \S+ --replace\n/);
      const listed = await runPgstow(["backup", "list", "--json"], { cwd: folder });
      const { backups } = JSON.parse(listed.stdout) as { backups: { label: string }[] };
      expect(backups.map(({ label }) => label)).toEqual(["before sh", "before sh", "before sh"]);
    });

    it("tells which signal ended a command, takes --yes for an answer, and names the store in the way back", async () => {
      const crashed = await guard("--remote", "staging", "--yes", "--", "sh", "-c", "kill -SEGV $$");
      expect(crashed.code).toBe(139);
      expect(crashed.stderr).toContain("the database is what it was before");
      const live = await guard("--config", "production.yaml", "--yes", "--", "sh", "-c", "exit 7");
      expect(live.code).toBe(7);
      expect(live.stderr).toMatch(/to take it back: pgstow backup restore --remote live --config production\.yaml \S+ --replace\n/);
    });

    it("looks for the command before it makes a backup", async () => {
      const kept = async () => (await readdir(join(folder, "kept"), { recursive: true })).filter((name) => name.endsWith(".sql.zst"));
      const before = await kept();
      await writeFile(join(folder, "migrate"), "#!/bin/sh\nexit 5\n", { mode: 0o644 });
      await mkdir(join(folder, "folder"));
      for (const [program, reason] of [
        ["no-such-program-here", "there is no such command"],
        ["./missing", "there is no such command"],
        ["./folder", "it is a folder"],
        ["migrate", "there is no such command"],
        ["./migrate", "permission denied"],
        ["", "there is no such command"],
      ]) {
        const stderr = `pgstow: error: could not run "${program ?? ""}": ${reason ?? ""}\npgstow: hint: Nothing was done.\n`;
        expect(await guard("--", program ?? "")).toEqual({ code: 1, stdout: "", stderr });
      }
      expect(await kept()).toEqual(before);
      await chmod(join(folder, "migrate"), 0o755);
      expect((await guard("--", "./migrate")).code).toBe(5);
      const path = { cwd: folder, env: { PATH: `${folder}:/usr/bin:/bin` } };
      expect((await runPgstow(["guard", "--", "migrate"], path)).code).toBe(5);
      expect(await kept()).toHaveLength(before.length + 2);
    });

    it("does not begin without a backup, a command, or the name of production", async () => {
      expect((await guard("--remote", "staging")).stderr).toContain("no command given");
      expect(await guard("--remote", "staging", "--store", "/proc/nowhere", "--", "echo", "ran")).toMatchObject({ code: 1, stdout: "" });
      const live = ["--config", "production.yaml", "--auto-rollback"];
      expect(await guard(...live, "--", "echo", "ran")).toMatchObject({ code: 1, stdout: "" });
      expect(await guard(...live, "--yes-restore-production", "live", "--", "echo", "ran")).toMatchObject({ code: 0, stdout: "ran\n" });
    });
  },
  [15],
);
