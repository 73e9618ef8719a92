import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { runProgram } from "../support/run-program.ts";

const project = fileURLToPath(new URL("../..", import.meta.url));
let built: Promise<string> | undefined;

/**
 * Path of the program's main file, built from the sources as they stand, below node_modules so that it finds its packages. Builds once
 * for each state of the sources.
 */
export function builtProgram(): Promise<string> {
  built ??= build();
  return built;
}

async function build(): Promise<string> {
  const cache = join(project, "node_modules", ".cache", "pgstow-built");
  const folder = join(cache, await stateOfSources());
  const main = join(folder, "dist", "cli", "main.js");
  await mkdir(cache, { recursive: true });
  while (!(await exists(main)) && !(await mayBuild(folder))) await sleep(200);
  if (await exists(main)) return main;
  const work = await mkdtemp(`${folder}-`);
  await cp(join(project, "package.json"), join(work, "package.json"));
  const compiler = join(project, "node_modules", "typescript", "bin", "tsc");
  const args = ["-p", join(project, "tsconfig.build.json"), "--outDir", join(work, "dist"), "--noEmitOnError", "false"];
  const { stdout } = await runProgram(process.execPath, [compiler, ...args], { cwd: project });
  // Types are another check's business; what matters here is that there is a program.
  if (!(await exists(join(work, "dist", "cli", "main.js")))) throw new Error(`the build failed: ${stdout}`);
  for (const other of await readdir(cache)) {
    if (!work.endsWith(other)) await removeIfOld(join(cache, other));
  }
  // Whoever comes second finds the name taken by the same thing.
  await rename(work, folder).catch(() => rm(work, { recursive: true }));
  return main;
}

const BUILD_MS_MAX = 120_000;

/** Test files start together; one of them builds, the others wait for it, unless it seems to have died. */
async function mayBuild(folder: string): Promise<boolean> {
  const lock = `${folder}.lock`;
  const begun = await stat(lock).catch(() => undefined);
  if (begun !== undefined && Date.now() - begun.mtimeMs > BUILD_MS_MAX) await rm(lock, { recursive: true, force: true });
  return mkdir(lock).then(
    () => true,
    () => false,
  );
}

async function stateOfSources(): Promise<string> {
  const hash = createHash("sha256");
  const files = await readdir(join(project, "src"), { recursive: true, withFileTypes: true });
  const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
  for (const path of [...paths, join(project, "tsconfig.json"), join(project, "tsconfig.build.json")].sort()) {
    const { mtimeMs, size } = await stat(path);
    hash.update(`${path} ${String(mtimeMs)} ${String(size)}\n`);
  }
  return hash.digest("hex").slice(0, 16);
}

const HOUR_MS = 3_600_000;

/** Builds of earlier states; a recent one may still be in use by another run. */
async function removeIfOld(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found !== undefined && Date.now() - found.mtimeMs > HOUR_MS) await rm(folder, { recursive: true, force: true });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
