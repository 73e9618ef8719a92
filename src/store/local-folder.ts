import { constants } from "node:fs";
import { chmod, mkdir, open, readdir, rm, rmdir } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";

import type { FolderSink, RandomAccess, Sink } from "../archive/archive.ts";
import { PgstowError } from "../core/errors.ts";
import { fileError } from "./file-error.ts";
import { openRegularFile, syncFolder, writeAll } from "./local-file.ts";

/** Some systems have no links to be followed. */
const NO_FOLLOW = "O_NOFOLLOW" in constants ? constants.O_NOFOLLOW : 0;

/** What a file in an archive's folder may be called: nothing that leads out of it. */
export function isPlainName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name);
}

/** A file of a folder, for reading. Refuses names and links that lead out of the folder; undefined when there is no such file. */
export async function openInFolder(folder: string, name: string): Promise<RandomAccess | undefined> {
  if (!isPlainName(name)) {
    throw new PgstowError("corrupt", `"${folder}" is damaged: it names a file that cannot be in it: ${JSON.stringify(name)}`, {
      context: { file: folder },
    });
  }
  const path = join(folder, name);
  try {
    return await openRegularFile(path, constants.O_RDONLY | NO_FOLLOW);
  } catch (error) {
    const errno = error instanceof PgstowError && error.cause instanceof Error && "code" in error.cause ? error.cause.code : undefined;
    if (errno === "ENOENT") return undefined;
    if (errno === "ELOOP")
      throw new PgstowError("corrupt", `"${path}" is a link, which is not followed`, { cause: error, context: { file: path } });
    throw error;
  }
}

/**
 * A folder for the files of one archive, which must not exist or be empty. Its files are seen while they are written; whoever writes
 * an archive writes last what makes it one. `abort` removes what was written, and the folder when it is new.
 */
export async function createLocalFolder(path: string, options: { readonly sync?: boolean } = {}): Promise<FolderSink> {
  const isNew = await makeFolder(path);
  return new LocalFolderSink(path, isNew, options.sync ?? true);
}

async function makeFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path, { mode: 0o700 });
    // The umask may have taken from it what its owner needs.
    await chmod(path, 0o700);
    return true;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw fileError("create folder", path, error);
  }
  const found = await readdir(path).catch((error: unknown) => Promise.reject(fileError("read folder", path, error)));
  if (found.length === 0) return false;
  throw new PgstowError("exists", `"${path}" is not empty`, {
    context: { file: path },
    hint: "a directory archive needs a folder that is new or empty",
  });
}

class LocalFolderSink implements FolderSink {
  readonly name: string;
  readonly #isNew: boolean;
  readonly #sync: boolean;
  readonly #open = new Set<FileSink>();
  readonly #written: string[] = [];
  #finished = false;

  constructor(path: string, isNew: boolean, sync: boolean) {
    this.name = path;
    this.#isNew = isNew;
    this.#sync = sync;
  }

  async file(name: string): Promise<Sink> {
    if (!isPlainName(name)) throw new PgstowError("internal", `no name for a file of an archive: ${JSON.stringify(name)}`);
    const path = join(this.name, name);
    const handle = await open(path, "wx", 0o600).catch((error: unknown) => Promise.reject(fileError("create", path, error)));
    this.#written.push(path);
    const sink = new FileSink(path, handle, this.#sync, () => this.#open.delete(sink));
    this.#open.add(sink);
    return sink;
  }

  async finish(): Promise<void> {
    if (this.#open.size > 0) throw new PgstowError("internal", "a file of the archive is still being written");
    this.#finished = true;
    if (this.#sync) await syncFolder(this.name);
  }

  async abort(): Promise<void> {
    if (this.#finished) return;
    this.#finished = true;
    for (const sink of this.#open) await sink.abort();
    for (const path of this.#written) await rm(path, { force: true });
    if (this.#isNew) await rmdir(this.name).catch(() => undefined);
  }
}

class FileSink implements Sink {
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #sync: boolean;
  readonly #closed: () => void;
  #open = true;

  constructor(path: string, handle: FileHandle, sync: boolean, closed: () => void) {
    this.#path = path;
    this.#handle = handle;
    this.#sync = sync;
    this.#closed = closed;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await writeAll(this.#handle, bytes, this.#path);
  }

  async finish(): Promise<void> {
    try {
      if (this.#sync) await this.#handle.sync();
      await this.abort();
    } catch (error) {
      throw fileError("finish", this.#path, error);
    }
  }

  async abort(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    this.#closed();
    await this.#handle.close();
  }
}
