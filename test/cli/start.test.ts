import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { archiveBytes } from "../format/pg-dump-archives.ts";
import { smallContent } from "../format/small-archive.ts";
import { runProgram } from "../support/run-program.ts";
import { builtProgram } from "./built-program.ts";

const main = await builtProgram();

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pgstow-start-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Says on standard error what is loaded. */
const hooks = `import { writeSync } from "node:fs";
export async function load(url, context, next) { writeSync(2, "loads " + url + "\\n"); return next(url, context); }`;
const asUrl = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;
const tracer = asUrl(`import { register } from "node:module"; register(${JSON.stringify(asUrl(hooks))});`);

async function loadedBy(...args: string[]): Promise<string[]> {
  const { code, stderr } = await runProgram(process.execPath, ["--import", tracer, main, ...args], { cwd: folder });
  expect(code).toBe(0);
  return [...stderr.matchAll(/^loads (.*)$/gm)].map(([, url = ""]) => url);
}

it("a list is printed without loading what talks to servers, and formats that the archive does not have", async () => {
  await writeFile(join(folder, "small.dump"), await archiveBytes("custom", smallContent));
  const loaded = await loadedBy("list", "small.dump");
  expect(loaded.some((url) => url.endsWith("/archive/custom/open.js"))).toBe(true);
  expect(loaded.filter((url) => /\/(pg|yargs)\/|\/postgres\/|\/restore\/(restore|run)\.js|\/stow\/|\/tar\/open/.test(url))).toEqual([]);
});

it("the version is printed with next to nothing", async () => {
  expect((await loadedBy("--version")).length).toBeLessThan(30);
});
