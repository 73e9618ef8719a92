import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findConfig } from "../../src/backup/config/find-config.ts";
import { type ResolvedRemote, resolveRemote } from "../../src/backup/config/resolve-remote.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pgstow-config-"));
});
afterEach(() => rm(folder, { recursive: true }));

const write = (name: string, text: string) => writeFile(join(folder, name), text);
const staging = { remotes: { staging: { url: "postgres://h/d" } } };

async function resolve(wanted: string, environment: Record<string, string> = {}, store?: string): Promise<ResolvedRemote> {
  return resolveRemote(wanted, { found: await findConfig(folder), folder, environment: { HOME: folder, ...environment }, store });
}

describe("a configuration", () => {
  for (const [name, text] of [
    ["pgstow.config.json", JSON.stringify(staging)],
    ["pgstow.config.yaml", "remotes:\n  staging: { url: 'postgres://h/d' }\n"],
    ["pgstow.config.yml", "remotes: { staging: { url: 'postgres://h/d' } }"],
    ["pgstow.config.js", `export default ${JSON.stringify(staging)};`],
    ["pgstow.config.mjs", `export default () => (${JSON.stringify(staging)});`],
    ["pgstow.config.cjs", `module.exports = ${JSON.stringify(staging)};`],
    ["pgstow.config.ts", `interface C { remotes: object }\nconst c: C = ${JSON.stringify(staging)};\nexport default c;`],
    ["package.json", JSON.stringify({ name: "x", pgstow: staging })],
  ] as const) {
    it(`is found in ${name}, from a folder below as well`, async () => {
      await write(name, text);
      await mkdir(join(folder, "deep", "er"), { recursive: true });
      const found = await findConfig(join(folder, "deep", "er"));
      expect(found?.config).toEqual(staging);
      expect(found?.file).toBe(join(folder, name));
    });
  }

  it("is the one that is named", async () => {
    await write("pgstow.config.json", "{}");
    await write("other.yaml", "remotes: { other: { url: x } }");
    expect((await findConfig(folder, "other.yaml"))?.config.remotes).toEqual({ other: { url: "x" } });
    await expect(findConfig(folder, "missing.yaml")).rejects.toMatchObject({
      code: "file",
      message: expect.stringContaining("missing.yaml") as string,
    });
  });

  it("need not be there", async () => {
    await write("package.json", '{"name":"x"}');
    expect((await findConfig(folder))?.file).not.toBe(join(folder, "package.json"));
    await expect(resolve("staging")).rejects.toMatchObject({ code: "not-found" });
  });

  it("takes values from the environment, anywhere", async () => {
    await write(
      "pgstow.config.yaml",
      "store: $$x\nremotes:\n  a:\n    url: postgres://u:${PASS_WORD}@h/d\n    store: s3://${BUCKET}/x\n  b: { url: 'postgres://h/b' }\n",
    );
    const { remote, store } = await resolve("a", { PASS_WORD: "p$w", BUCKET: "b" });
    expect([remote.url, store.url]).toEqual(["postgres://u:p$w@h/d", "s3://b/x"]);
    expect((await resolve("b")).store.url).toBe(join(folder, "$x"));
    await expect(resolve("a", { PASS_WORD: "x" })).rejects.toThrow("remotes.a.store: the environment variable BUCKET is not set");
    await expect(resolve("a", { PASS_WORD: "", BUCKET: "b" })).rejects.toThrow(
      "remotes.a.url: the environment variable PASS_WORD is not set",
    );
  });

  it("says how long hooks may take, in seconds", async () => {
    await write("pgstow.config.yaml", "remotes: { a: { url: x, hooks: { before: make it, timeout: 90 } } }");
    expect((await resolve("a")).remote.hooks).toEqual({ before: "make it", timeout: 90 });
    await write("pgstow.config.yaml", "remotes: { a: { url: x, hooks: { before: make it, timeout: 90s } } }");
    await expect(resolve("a")).rejects.toThrow("remotes.a.hooks.timeout: must be a number");
    await write("pgstow.config.yaml", "remotes: { a: { url: x, hooks: { before: make it, timeout: 0 } } }");
    await expect(resolve("a")).rejects.toThrow("remotes.a.hooks.timeout: must be at least 0.1");
  });

  it("has a timeout that the server would take", async () => {
    await write("pgstow.config.yaml", "remotes: { a: { url: x, dump: { lockWaitTimeout: soon } } }");
    await expect(resolve("a")).rejects.toThrow("remotes.a.dump.lockWaitTimeout: is no timeout: write milliseconds");
    await write("pgstow.config.yaml", "remotes: { a: { url: x, dump: { lockWaitTimeout: 1.5 min } } }");
    expect((await resolve("a")).remote.dump).toEqual({ lockWaitTimeout: "1.5 min" });
  });

  it("knows a URL again: production stays production", async () => {
    await write(
      "pgstow.config.yaml",
      "remotes:\n  live: { url: 'postgres://app@db.example.com/shop', environment: production }\n  broken: { url: '${NOT_SET}' }\n",
    );
    const known = await resolve("postgresql://other:secret@db.example.com:5432/shop?sslmode=require");
    expect(known.remote).toMatchObject({
      name: "live",
      environment: "production",
      url: "postgresql://other:secret@db.example.com:5432/shop?sslmode=require",
    });
    const unknown = await resolve("postgres://app:secret@db.example.com/other");
    expect(unknown.remote).toMatchObject({ name: "db.example.com-other", environment: "staging" });
    expect(unknown.store.url).toBe(join(folder, "backups"));
    expect((await resolve("postgres://app@localhost/x", {}, "/elsewhere")).store.url).toBe("/elsewhere");
  });
});
