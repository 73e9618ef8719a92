import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runPgstow } from "../cli/pgstow.ts";
import { describeOnServers } from "../support/server.ts";
import { shopData, shopEntries, writeArchive } from "./small-archive.ts";

await describeOnServers("connecting", (server) => {
  let folder = "";
  let archive = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pgstow-connection-"));
    archive = join(folder, "shop.sql.zst");
    await writeArchive(archive, shopEntries, shopData);
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  /** Both ways to connect must fail alike: exit code 1, an error line that matches, no stack, no file. */
  async function expectRefused(connection: readonly string[], error: RegExp, env: Record<string, string> = {}): Promise<void> {
    const runs = [
      ["dump", ...connection, "-w", "-f", join(folder, "out.sql.zst")],
      ["restore", ...connection, "-w", archive],
    ];
    for (const args of runs) {
      const { code, stdout, stderr } = await runPgstow(args, { env });
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      const [first, ...rest] = stderr.trimEnd().split("\n");
      expect(first).toMatch(error);
      for (const line of rest) expect(line).toMatch(/^pgstow: (hint|detail): /);
      expect(stderr).not.toContain("wrong-secret");
    }
    expect(await readdir(folder)).toEqual(["shop.sql.zst"]);
  }

  const parts = () => ["-h", server.host, "-U", "postgres"];

  it("names a host that cannot be found", async () => {
    await expectRefused(["-h", "no-such-host.invalid", "-d", "x"], /^pgstow: error: .*no-such-host\.invalid/);
  });

  it("names a port where nobody listens", async () => {
    const probe = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => probe.once("listening", resolve));
    const { port } = probe.address() as AddressInfo;
    await new Promise((resolve) => probe.close(resolve));
    await expectRefused(
      ["-h", "127.0.0.1", "-p", String(port), "-d", "x"],
      new RegExp(`^pgstow: error: .*127\\.0\\.0\\.1:${String(port)}`),
    );
  });

  it("names a database that does not exist", async () => {
    await expectRefused([...parts(), "-p", String(server.port), "-d", "no_such_database"], /^pgstow: error: .*no_such_database/);
  });

  it("names a role that does not exist", async () => {
    await expectRefused(
      ["-h", server.host, "-p", String(server.port), "-U", "no_such_role", "-d", "postgres"],
      /^pgstow: error: .*no_such_role/,
    );
  });

  it("names a port that is none", async () => {
    await expectRefused([...parts(), "-p", "99999", "-d", "x"], /^pgstow: error: invalid port number: "99999"$/);
  });

  it("says when something other than PostgreSQL answers", async () => {
    const other = createServer((socket) => socket.on("error", () => undefined).end("HTTP/1.1 400 Bad Request\r\n\r\n")).listen(
      0,
      "127.0.0.1",
    );
    await new Promise((resolve) => other.once("listening", resolve));
    try {
      const { port } = other.address() as AddressInfo;
      await expectRefused(
        ["-h", "127.0.0.1", "-p", String(port), "-d", "x"],
        new RegExp(`^pgstow: error: .*127\\.0\\.0\\.1:${String(port)}`),
      );
    } finally {
      other.close();
    }
  });

  it("asks for TLS where the server has none, and says so", async () => {
    await expectRefused(["-d", `host=${server.host} port=${String(server.port)} user=postgres dbname=postgres sslmode=require`], /TLS/);
  });
});
