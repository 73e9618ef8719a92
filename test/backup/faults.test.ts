import { appendFile, chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { BackupManager, type Diagnostic } from "../../src/index.ts";
import { runPgstow } from "../cli/pgstow.ts";
import { describeOnServers } from "../support/server.ts";
import { createBlog, remoteOf } from "./shop.ts";

const isRoot = process.getuid?.() === 0;

await describeOnServers(
  "a backup",
  (server) => {
    let folder = "";
    let database = "";

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "pgstow-faults-"));
      database = await createBlog(server, "faults");
    });

    afterAll(async () => {
      await server.dropDatabase(database);
      await rm(folder, { recursive: true });
    });

    /** A project of its own, with one remote, and the program run in it. */
    async function project(more = "") {
      const cwd = await mkdtemp(join(folder, "project-"));
      const password = "s3cr3t-word";
      const url = server.url(database).replace(/\/\/[^@/]*@/, `//postgres:${password}@`);
      await writeFile(join(cwd, "pgstow.config.yaml"), `remotes:\n  staging:\n    url: \${DATABASE_URL}\n${more}`);
      const pgstow = (...args: string[]) => runPgstow(["backup", ...args], { cwd, env: { DATABASE_URL: url } });
      const created = async () =>
        (JSON.parse((await pgstow("create", "--json")).stdout) as { backup: { id: string; file: string } }).backup;
      return { cwd, pgstow, created, password, backups: join(cwd, "backups", "staging") };
    }

    async function list(store: string): Promise<{ ids: string[]; said: string[] }> {
      const said: Diagnostic[] = [];
      const backups = await new BackupManager(store).listBackups({ onDiagnostic: (diagnostic) => said.push(diagnostic) });
      return { ids: backups.map(({ id }) => id), said: said.map(({ message }) => message) };
    }

    it("writes no secret anywhere, and files that only their owner may read", async () => {
      const { pgstow, cwd, password, backups } = await project(
        '    hooks:\n      before: cat > before.json; printf %s "$DATABASE_URL"\n      after: cat > after.json; exit 9\n',
      );
      const { code, stdout, stderr } = await pgstow("create", "--json", "--verbose");
      expect(code).toBe(0);
      expect(stderr).toMatch(/^postgres:\/\/postgres:\*\*\*@/);
      expect(stderr).toContain('warning: the hook "after" failed: exit code 9\n');
      const texts = [stdout, stderr];
      for (const file of await readdir(backups)) texts.push(await readFile(join(backups, file), "latin1"));
      for (const file of ["before.json", "after.json"]) texts.push(await readFile(join(cwd, file), "utf8"));
      expect(texts.length).toBe(6);
      for (const text of texts) expect(text).not.toContain(password);
      expect((await stat(backups)).mode & 0o777).toBe(0o700);
      for (const file of await readdir(backups)) expect((await stat(join(backups, file))).mode & 0o777).toBe(0o600);
      expect(JSON.parse(texts[5] ?? "")).toMatchObject({ remote: "staging", rows: 3200 });
    });

    it("is listed with a warning for what is foreign, damaged or unfinished beside it, and hooks are told of failures", async () => {
      const { pgstow, created, backups, cwd } = await project("    hooks:\n      failed: cat > failed.json\n");
      const good = await created();
      const cut = await created();
      await truncate(cut.file, 1000);
      await writeFile(join(backups, "notes.txt"), "hello");
      await writeFile(join(backups, "empty.sql.zst"), "");
      await writeFile(join(backups, "other-20260101T000000Z-aaaaaa.sql.zst"), Buffer.from("28b52ffd04006900006162630a", "hex"));
      await writeFile(join(backups, "x-20260101T000000Z-bbbbbb.sql.zst.partial"), "half");
      const { ids, said } = await list(join(cwd, "backups"));
      expect(ids).toEqual([good.id]);
      expect(said.length).toBe(4);
      for (const name of ["notes.txt", "empty.sql.zst", "-aaaaaa.sql.zst", cut.id]) expect(said.join("\n")).toContain(name);
      const listed = await pgstow("list");
      expect(listed).toMatchObject({ code: 0 });
      expect(listed.stderr.match(/^pgstow: warning: left out: /gm)?.length).toBe(4);
      expect(await pgstow("verify", cut.id)).toMatchObject({ code: 1 });

      await writeFile(
        join(cwd, "pgstow.config.yaml"),
        `remotes:\n  staging:\n    url: ${server.url("no_such_database")}\n    hooks:\n      failed: cat > failed.json\n`,
      );
      const failed = await pgstow("create");
      expect(failed).toMatchObject({ code: 1, stdout: "" });
      expect(failed.stderr).toContain('database "no_such_database" does not exist');
      expect(JSON.parse(await readFile(join(cwd, "failed.json"), "utf8"))).toMatchObject({
        remote: "staging",
        error: expect.stringContaining("no_such_database") as string,
      });
      expect((await list(join(cwd, "backups"))).ids).toEqual([good.id]);
    });

    it("that is damaged after it was listed is not restored, and does not touch the target", async () => {
      const { pgstow, created } = await project();
      const backup = await created();
      expect((await pgstow("list")).stdout).toContain(backup.id);
      const bytes = await readFile(backup.file);
      bytes[Math.floor(bytes.length / 2)]! ^= 1;
      const { atime, mtime } = await stat(backup.file);
      await writeFile(backup.file, bytes);
      // Even when size and times are those of before.
      await utimes(backup.file, atime, mtime);
      const target = await createBlog(server, "faults_target");
      try {
        const restored = await pgstow("restore", "--replace", "--yes", "--from", "staging", "--remote", server.url(target), backup.id);
        expect(restored).toMatchObject({ code: 1, stdout: "" });
        expect(restored.stderr).toContain("SHA-256");
        expect(await server.query(target, "SELECT count(*)::integer AS posts FROM blog.tb_post")).toEqual([{ posts: 3000 }]);
      } finally {
        await server.dropDatabase(target);
      }
      const verified = await pgstow("verify", "--json");
      expect(verified.code).toBe(1);
      expect(JSON.parse(verified.stdout)).toMatchObject({ verifications: [{ id: backup.id, ok: false, level: "hashes" }] });
      expect((await pgstow("list")).stdout).toContain("FAILED");
      await rm(backup.file);
      expect((await pgstow("restore", backup.id)).stderr).toContain("there are no backups");
    });

    it("is listed, shown, verified and pruned without the way to the database", async () => {
      const { created, cwd } = await project();
      const { id } = await created();
      for (const args of [
        ["list"],
        ["show"],
        ["verify"],
        ["list", "-r", "staging"],
        ["prune", "-r", "staging", "--keep-last", "1", "--yes"],
      ]) {
        const done = await runPgstow(["backup", ...args], { cwd });
        expect(done).toMatchObject({ code: 0, stderr: "" });
        expect(done.stdout).toContain(id);
      }
    });

    it("is listed and shown when the store of another remote cannot be asked, with a warning", async () => {
      const others = "  unset: { url: x, store: 's3://${BUCKET}/x' }\n  elsewhere: { url: x, store: ftp://nowhere }\n";
      const { pgstow, cwd } = await project(`${others}  unread: { url: x, store: ./file }\n`);
      await writeFile(join(cwd, "file"), "no folder");
      const created = await pgstow("create", "--remote", "staging", "--json");
      const { id } = (JSON.parse(created.stdout) as { backup: { id: string } }).backup;
      const warnings = [
        "remotes.unset.store: the environment variable BUCKET is not set",
        "there are no stores of the kind ftp://",
        `could not read folder "${join(cwd, "file")}"`,
      ];
      for (const args of [
        ["list", "--json"],
        ["show", id],
      ]) {
        const { code, stdout, stderr } = await pgstow(...args);
        expect({ code, found: stdout.includes(id) }).toEqual({ code: 0, found: true });
        const said = stderr.split("\n").filter((line) => line.startsWith("pgstow: warning: "));
        expect(said).toEqual(warnings.map((warning) => expect.stringContaining(`pgstow: warning: left out: ${warning}`) as string));
      }
      // What shall verify everything does not pass over anything, and neither does who is asked for one.
      expect(await pgstow("verify", "--all")).toMatchObject({ code: 1, stdout: "" });
      expect((await pgstow("list", "--remote", "unset")).stderr).toContain(`pgstow: error: ${warnings[0] ?? ""}\n`);
      await writeFile(join(cwd, "pgstow.config.yaml"), `remotes:\n${others}`);
      expect(await pgstow("list")).toMatchObject({ code: 1, stdout: "" });
    });

    it("is made by one at a time; the lock of a process that died is no lock", async () => {
      const { pgstow, created, backups } = await project("    hooks:\n      before: sleep 2\n");
      const [one, two] = await Promise.all([pgstow("create"), pgstow("create")]);
      expect([one.code, two.code].sort()).toEqual([0, 1]);
      expect(one.stderr + two.stderr).toContain('another backup of "staging" is under way (process ');
      expect((await readdir(backups)).filter((name) => !name.startsWith("."))).toHaveLength(1);
      const [claim] = [JSON.stringify({ token: "ab", place: "elsewhere", pid: 1, since: "2026-01-01T00:00:00.000Z" })];
      await writeFile(join(backups, ".lock"), claim);
      expect((await pgstow("create")).stderr).toContain("(process 1 on elsewhere, since 2026-01-01T00:00:00.000Z)");
      const long = new Date(Date.now() - 10 * 60_000);
      await utimes(join(backups, ".lock"), long, long);
      expect((await created()).id).toBeTruthy();
      expect(await readdir(backups)).not.toContain(".lock");
    });

    it("is the newest even when the clock went back", async () => {
      const store = join(folder, "clock");
      const manager = new BackupManager(store);
      const remote = remoteOf(server, "staging", database);
      const first = await manager.createBackup(remote);
      const later = "20990101T000000Z-ffffff";
      await rename(first.file, first.file.replace(first.id, later));
      const said: Diagnostic[] = [];
      const second = await manager.createBackup(remote, { onDiagnostic: (diagnostic) => said.push(diagnostic) });
      expect(said.map(({ code }) => code)).toEqual(["clock"]);
      expect(second.id > later).toBe(true);
      expect((await manager.getBackup("latest")).id).toBe(second.id);
      expect((await manager.getBackup(later)).checksum).toBe(first.checksum);
    });

    it("is found again when its catalogue is missing, nonsense or says something else", async () => {
      const { created, cwd, backups } = await project();
      const backup = await created();
      for (const text of [
        "",
        "nonsense",
        "{}",
        '{"version":1,"files":{"x":1},"verifications":{}}',
        '{"version":1,"files":{},"verifications":{}}',
      ]) {
        await writeFile(join(backups, ".catalogue.json"), text);
        expect(await list(join(cwd, "backups"))).toEqual({ ids: [backup.id], said: [] });
      }
      // A file that was put in its place.
      await appendFile(backup.file, "x");
      expect((await list(join(cwd, "backups"))).ids).toEqual([]);
    });

    it("names what is wrong with the configuration, in one line each", async () => {
      const { pgstow, cwd } = await project();
      const config = join(cwd, "pgstow.config.yaml");
      for (const [text, lines] of [
        ["remotes:\n  a:\n    url: x\n    enviroment: local\n", ["remotes.a.enviroment: there is no such field"]],
        [
          "remotes:\n  a:\n    environment: live\n",
          ["remotes.a.url: is missing", "remotes.a.environment: must be one of local, staging, production"],
        ],
        ["remotes:\n  a/b:\n    url: x\n", ["remotes.a/b: is no name for a remote"]],
        ["remotes:\n  a:\n    url: x\n    retention: {keepLast: many}\n", ["remotes.a.retention.keepLast: must be a number"]],
        ["remotes:\n  a:\n    url: x\n    retention: {olderThan: 3 weeks}\n", ["remotes.a.retention.olderThan: is no span of time"]],
        [
          "remotes:\n  a:\n    url: x\n    store: {bucket: b}\n",
          ["remotes.a.store.url: is missing", "remotes.a.store.bucket: there is no such field"],
        ],
        ["remotes: [\n", ["the configuration could not be read: "]],
        ["remotes:\n  a:\n    url: ${NOT_SET_HERE}\n", ["remotes.a.url: the environment variable NOT_SET_HERE is not set"]],
      ] as const) {
        await writeFile(config, text);
        const { code, stderr } = await pgstow("create");
        expect(code).toBe(1);
        for (const line of lines) expect(stderr).toContain(line);
        expect(stderr.match(/^pgstow: error: /gm)?.length).toBe(lines.length);
      }
      await writeFile(config, "remotes:\n  staging:\n    url: x\n  production:\n    url: y\n");
      expect((await pgstow("create", "--remote", "stagging")).stderr).toBe(
        `pgstow: error: there is no remote "stagging" in ${config}\npgstow: hint: Remotes: staging, production.\n`,
      );
      expect((await pgstow("create")).stderr).toContain("option -r/--remote must be specified");
    });

    it("of production is not restored into without its name", async () => {
      const { pgstow, created } = await project("    environment: production\n");
      const backup = await created();
      for (const args of [["--replace"], ["--replace", "--yes"], ["--replace", "--yes-restore-production", "other"]]) {
        expect(await pgstow("restore", backup.id, ...args)).toMatchObject({ code: 1, stdout: "" });
      }
      // Nor is it by its URL.
      expect((await pgstow("restore", "--remote", server.url(database), "--from", "staging", "--replace", "--yes")).stderr).toContain(
        "production",
      );
      expect(await pgstow("restore", "--replace", "--yes-restore-production", "staging")).toMatchObject({ code: 0 });
    });

    it.skipIf(isRoot)(
      `cannot be written to a folder that is read-only${isRoot ? " (skipped: root may write everywhere)" : ""}`,
      async () => {
        const { pgstow, cwd } = await project();
        await mkdir(join(cwd, "backups"));
        await chmod(join(cwd, "backups"), 0o500);
        expect((await pgstow("create")).stderr).toContain("permission denied");
      },
    );

    it("cannot be written where a file is in the way, or where nothing can be made", async () => {
      const { pgstow, cwd } = await project();
      await writeFile(join(cwd, "backups"), "a file");
      for (const store of [[], ["--store", "/proc/nowhere"]]) {
        const { code, stderr } = await pgstow("create", ...store);
        expect(code).toBe(1);
        expect(stderr).toMatch(/^pgstow: error: could not .*\n/);
        expect(stderr).not.toContain("unexpected");
      }
      expect((await pgstow("list")).code).toBe(1);
    });
  },
  [15],
);
