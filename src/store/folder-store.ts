import { randomBytes } from "node:crypto";
import { chmod, link, mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

import type { RandomAccess, Sink } from "../archive/archive.ts";
import { PgstowError } from "../core/errors.ts";
import type { ArchiveStore, SmallFile, StoredFile, UnfinishedFile } from "./archive-store.ts";
import { fileError } from "./file-error.ts";
import { createLocalFile, openLocalFile, syncFolder, writeAll } from "./local-file.ts";

const PARTIAL = ".partial";
/** Files whose facts are asked for at the same time. */
const STATS_AT_ONCE = 64;

/** A folder on this machine, whose folders have mode 0700 and whose files have 0600. Nothing is made before something is written. */
export function folderStore(root: string): ArchiveStore {
  const at = (name: string): string => join(root, name);
  return {
    address: root,
    addressOf: at,
    folders: async () =>
      (await entriesOf(root))
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
        .sort(),
    list: async (folder) => (await filesOf(root, folder)).filter(({ name }) => !name.endsWith(PARTIAL)),
    create: async (name) => createIn(at(name)),
    open: (name) => openOrMiss(at(name)),
    read: (name) => readSmall(at(name)),
    write: (name, bytes) => replaceSmall(at(name), bytes),
    claim: (name, bytes) => claimSmall(at(name), bytes),
    remove: (name) => removeFile(at(name)),
    unfinished: async (folder) =>
      (await filesOf(root, folder))
        .filter(({ name }) => name.endsWith(PARTIAL))
        .map(({ name, modifiedAt }): UnfinishedFile => ({ name, modifiedAt, remove: () => removeFile(at(name)) })),
    now: () => Promise.resolve(new Date()),
    close: () => undefined,
  };
}

async function entriesOf(path: string) {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw fileError("read folder", path, error);
  }
}

async function filesOf(root: string, folder: string): Promise<StoredFile[]> {
  const names = (await entriesOf(join(root, folder))).filter((entry) => entry.isFile()).map(({ name }) => name);
  const files: StoredFile[] = [];
  for (let at = 0; at < names.length; at += STATS_AT_ONCE) {
    const found = await Promise.all(names.slice(at, at + STATS_AT_ONCE).map((name) => describeFile(root, join(folder, name))));
    files.push(...found.filter((file) => file !== undefined));
  }
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Undefined for a file that went away since it was listed. */
async function describeFile(root: string, name: string): Promise<StoredFile | undefined> {
  try {
    const { size, mtime, mtimeMs, ino } = await stat(join(root, name));
    return { name, size, version: `${size}-${mtimeMs}-${ino}`, modifiedAt: mtime };
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw fileError("read", join(root, name), error);
  }
}

async function createIn(path: string): Promise<Sink> {
  await makeFolder(dirname(path));
  return createLocalFile(path);
}

/** Each folder that is new gets mode 0700, whatever the umask; those that exist stay as they are. */
async function makeFolder(path: string): Promise<void> {
  const missing: string[] = [];
  // Level by level: where nothing can be made at all, Node's recursive mkdir does not come to an end.
  for (let folder = path; !(await isFolder(folder)); folder = dirname(folder)) missing.push(folder);
  for (const folder of missing.reverse()) {
    try {
      await mkdir(folder, { mode: 0o700 });
      await chmod(folder, 0o700);
      await syncFolder(dirname(folder));
    } catch (error) {
      // Somebody else may make it at the same time.
      if (errnoOf(error) !== "EEXIST" || !(await isFolder(folder))) throw fileError("make folder", folder, error);
    }
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true;
  } catch (error) {
    if (errnoOf(error) === "ENOENT" && dirname(path) !== path) return false;
    throw fileError("make folder", path, error);
  }
  throw fileError("make folder", path, Object.assign(new Error(), { code: "ENOTDIR" }));
}

async function openOrMiss(path: string): Promise<RandomAccess> {
  try {
    return await openLocalFile(path);
  } catch (error) {
    if (!(error instanceof PgstowError) || errnoOf(error.cause) !== "ENOENT") throw error;
    throw new PgstowError("not-found", error.message, { cause: error, context: error.context });
  }
}

async function readSmall(path: string): Promise<SmallFile | undefined> {
  try {
    const [bytes, { mtime }] = await Promise.all([readFile(path), stat(path)]);
    return { bytes, modifiedAt: mtime };
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw fileError("read", path, error);
  }
}

async function replaceSmall(path: string, bytes: Uint8Array): Promise<void> {
  const partial = await writePartial(path, bytes);
  await rename(partial, path).catch(async (error: unknown) => {
    await rm(partial, { force: true });
    throw fileError("write", path, error);
  });
}

/** Under a link's name the whole content appears at once, or not when the name is taken. */
async function claimSmall(path: string, bytes: Uint8Array): Promise<boolean> {
  const partial = await writePartial(path, bytes);
  try {
    await link(partial, path);
    return true;
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    throw fileError("write", path, error);
  } finally {
    await rm(partial, { force: true });
  }
}

async function writePartial(path: string, bytes: Uint8Array): Promise<string> {
  await makeFolder(dirname(path));
  const partial = `${path}.${randomBytes(6).toString("hex")}${PARTIAL}`;
  const handle = await open(partial, "wx", 0o600).catch((error: unknown) => Promise.reject(fileError("create", partial, error)));
  try {
    await writeAll(handle, bytes, partial);
    await handle.sync();
  } catch (error) {
    await rm(partial, { force: true });
    throw fileError("write to", partial, error);
  } finally {
    await handle.close();
  }
  return partial;
}

async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true }).catch((error: unknown) => Promise.reject(fileError("remove", path, error)));
  await syncFolder(dirname(path));
}

function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
