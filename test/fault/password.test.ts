import { spawn } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { builtProgram } from "../cli/built-program.ts";
import { runPgstow } from "../cli/pgstow.ts";
import { findBinaries } from "../support/binaries.ts";
import { type Cluster, startCluster } from "../support/cluster.ts";
import { runProgram } from "../support/run-program.ts";

const program = await builtProgram();
const pseudoTerminals = await runProgram("script", ["--version"]).then(
  ({ code }) => code === 0,
  () => false,
);

describe("passwords", () => {
  let folder = "";
  let cluster: Cluster;
  const connection = () => ["-h", "127.0.0.1", "-p", String(cluster.port), "-U", "keeper", "-d", "postgres"];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pgstow-password-"));
    cluster = await startCluster(await findBinaries(18), { folder });
    const client = new pg.Client({ host: "127.0.0.1", port: cluster.port, user: "postgres", database: "postgres" });
    await client.connect();
    await client.query("CREATE ROLE keeper LOGIN PASSWORD 'right-secret'");
    await writeFile(join(cluster.dataDir, "pg_hba.conf"), "host all keeper 127.0.0.1/32 scram-sha-256\n");
    await client.query("SELECT pg_reload_conf()");
    await client.end();
  });

  afterAll(async () => {
    await cluster.stop();
    await rm(folder, { recursive: true });
  });

  const dump = (args: readonly string[], env: Record<string, string> = {}) =>
    runPgstow(["dump", "-s", "--restrict-key=k", ...connection(), ...args], { env });

  it("come from the environment, the connection string and the password file", async () => {
    const passwordFile = join(folder, "passwords");
    await writeFile(passwordFile, `127.0.0.1:${String(cluster.port)}:*:keeper:right-secret\n`);
    await chmod(passwordFile, 0o600);
    const expected = { code: 0, stderr: "" };
    expect(await dump(["-w"], { PGPASSWORD: "right-secret" })).toMatchObject(expected);
    expect(await dump(["-w"], { PGPASSFILE: passwordFile })).toMatchObject(expected);
    const uri = `postgres://keeper:right-secret@127.0.0.1:${String(cluster.port)}/postgres`;
    expect(await runPgstow(["dump", "-s", uri])).toMatchObject(expected);
  });

  it("that are wrong are said to be wrong, and not repeated", async () => {
    const { code, stdout, stderr } = await dump(["-w"], { PGPASSWORD: "wrong-secret" });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^pgstow: error: .*password.*"keeper"/);
    expect(stderr).not.toContain("wrong-secret");
  });

  it("that are missing are asked for, or named as missing", async () => {
    const { code, stderr } = await dump(["-w"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^pgstow: error: .*password/);
    expect(stderr).toMatch(/^pgstow: hint: .*PGPASSWORD/m);
  });

  /** Types at the prompt of a terminal; gives all that the terminal has shown. */
  async function onTerminal(args: readonly string[], typed: string): Promise<{ code: number | null; shown: string }> {
    const command = [process.execPath, program, "dump", "-s", ...connection(), "-f", join(folder, "typed.sql"), "--force", ...args];
    const child = spawn("script", ["-qec", command.map((word) => `'${word}'`).join(" "), "/dev/null"], {
      stdio: "pipe",
      env: { PATH: process.env["PATH"] ?? "", HOME: "/nonexistent", TERM: "dumb" },
    });
    let shown = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      shown += text;
      if (text.includes("Password")) child.stdin.write(typed);
    });
    const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
    return { code, shown };
  }

  const skipped = pseudoTerminals ? "" : " (skipped: there is no script program here)";
  describe.skipIf(!pseudoTerminals)(`typed at a terminal${skipped}`, () => {
    it("are not shown", async () => {
      const { code, shown } = await onTerminal([], "rightx\u007f-secret\r");
      expect(shown).toContain("Password for user keeper: ");
      expect(shown).not.toContain("secret");
      expect(shown).not.toContain("error");
      expect(code).toBe(0);
    });

    it("are asked for first with -W, and a wrong one is an error", async () => {
      const { code, shown } = await onTerminal(["-W"], "wrong-secret\r");
      expect(shown).toMatch(/^Password for user keeper: /);
      expect(shown).toContain("pgstow: error: ");
      expect(shown).not.toContain("wrong-secret");
      expect(code).toBe(1);
    });

    it("can be refused with Ctrl-C", async () => {
      const { code, shown } = await onTerminal([], "half\u0003");
      expect(shown).toContain("pgstow: error: aborted");
      expect(code).toBe(130);
    });
  });
});
