import { link, lstat, open, rename, rm, stat } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { dirname } from "node:path";

import type { RandomAccess, Sink } from "../archive/archive.ts";
import { PgstowError } from "../core/errors.ts";
import { fileError } from "./file-error.ts";

export interface LocalFileOptions {
  /** Replace a file of that name. */
  readonly force?: boolean;
  /** Wait until the bytes are on the disk; on unless said otherwise. */
  readonly sync?: boolean;
  /** `owner` (unless given): only its owner may read and write it. `usual`: as the umask says, or as the file was that is replaced. */
  readonly access?: "owner" | "usual";
}

/**
 * A file that appears under its name only when it is whole: it grows as `NAME.partial` (mode 0600), is flushed to disk and renamed.
 * A device or pipe of that name (`/dev/null`) is written directly. Refuses an existing file with a PgstowError `exists`.
 */
export async function createLocalFile(path: string, options: LocalFileOptions = {}): Promise<Sink> {
  const existing = await stat(path).catch(() => undefined);
  if (existing?.isDirectory() === true) throw fileError("write", path, Object.assign(new Error(), { code: "EISDIR" }));
  if (existing !== undefined && !existing.isFile()) return new DeviceSink(path, await openOrExplain(path, "w"));
  if (existing !== undefined && options.force !== true) throw existsError(path);
  const partial = `${path}.partial`;
  // What a crashed run has left is of no use; a run that is still writing notices at its end that the name is no longer its own.
  await rm(partial, { force: true }).catch((error: unknown) => Promise.reject(fileError("create", path, error)));
  const mode = options.access === "usual" ? 0o666 : 0o600;
  const handle = await open(partial, "wx+", mode).catch((error: unknown) => Promise.reject(fileError("create", path, error)));
  if (options.access === "usual" && existing !== undefined) await handle.chmod(existing.mode & 0o777);
  return new LocalFileSink(path, handle, options);
}

class LocalFileSink implements Sink {
  readonly spoolPath: string;
  readonly #path: string;
  readonly #partial: string;
  readonly #handle: FileHandle;
  readonly #force: boolean;
  readonly #sync: boolean;
  #open = true;
  /** `NAME.partial` was seen to be ours when the file was closed, and has not been renamed. */
  #leftBehind = false;

  constructor(path: string, handle: FileHandle, options: LocalFileOptions) {
    this.#path = path;
    this.#partial = `${path}.partial`;
    this.spoolPath = `${this.#partial}.spool`;
    this.#handle = handle;
    this.#force = options.force ?? false;
    this.#sync = options.sync ?? true;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await writeAll(this.#handle, bytes, this.#partial);
  }

  async readBack(offset: number, length: number): Promise<Uint8Array> {
    return readExactly(this.#handle, offset, length, this.#partial);
  }

  async overwrite(offset: number, bytes: Uint8Array): Promise<void> {
    await writeAll(this.#handle, bytes, this.#partial, offset);
  }

  async finish(): Promise<void> {
    try {
      if (this.#sync) await this.#handle.sync();
      await this.#checkNameIsStillOurs();
      this.#leftBehind = true;
      await this.#close();
      await (this.#force ? rename(this.#partial, this.#path) : this.#renameToFreeName());
      this.#leftBehind = false;
      if (this.#sync) await syncFolder(dirname(this.#path));
    } catch (error) {
      throw fileError("finish", this.#path, error);
    }
  }

  async abort(): Promise<void> {
    const ours = this.#open ? await this.#isStillOurs() : this.#leftBehind;
    await this.#close();
    if (ours) await rm(this.#partial, { force: true });
  }

  /** A link fails when the name has been taken meanwhile, where a rename would replace it. Some file systems have no links. */
  async #renameToFreeName(): Promise<void> {
    try {
      await link(this.#partial, this.#path);
    } catch {
      const taken = await lstat(this.#path).catch(() => undefined);
      if (taken !== undefined) throw existsError(this.#path);
      await rename(this.#partial, this.#path);
      return;
    }
    await rm(this.#partial, { force: true });
  }

  async #checkNameIsStillOurs(): Promise<void> {
    if (await this.#isStillOurs()) return;
    throw new PgstowError("file", `"${this.#partial}" was removed or replaced while it was being written`, {
      hint: "another run may be writing to the same name",
    });
  }

  async #isStillOurs(): Promise<boolean> {
    const [named, opened] = await Promise.all([lstat(this.#partial).catch(() => undefined), this.#handle.stat()]);
    return named !== undefined && named.ino === opened.ino && named.dev === opened.dev;
  }

  async #close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#handle.close();
  }
}

/** What is not a regular file cannot be renamed to or removed. */
class DeviceSink implements Sink {
  readonly #path: string;
  readonly #handle: FileHandle;

  constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await writeAll(this.#handle, bytes, this.#path);
  }

  async finish(): Promise<void> {
    await this.#handle.close();
  }

  async abort(): Promise<void> {
    await this.#handle.close();
  }
}

/** Opens a file for reading anywhere in it. */
export async function openLocalFile(path: string): Promise<RandomAccess> {
  return openRegularFile(path, "r");
}

/** The same with flags of one's own; the PgstowError `file` has what the system said as its cause. */
export async function openRegularFile(path: string, flags: string | number): Promise<RandomAccess> {
  const handle = await openOrExplain(path, flags);
  const found = await handle.stat();
  if (!found.isFile()) {
    await handle.close();
    throw new PgstowError("file", `could not open "${path}": ${found.isDirectory() ? "is a directory" : "not a regular file"}`);
  }
  return {
    name: path,
    size: found.size,
    read: (offset, length) => readExactly(handle, offset, length, path),
    close: () => handle.close(),
  };
}

async function openOrExplain(path: string, flags: string | number): Promise<FileHandle> {
  try {
    return await open(path, flags);
  } catch (error) {
    throw fileError("open", path, error);
  }
}

export async function writeAll(handle: FileHandle, bytes: Uint8Array, path: string, offset?: number): Promise<void> {
  let written = 0;
  try {
    while (written < bytes.length) {
      const at = offset === undefined ? null : offset + written;
      written += (await handle.write(bytes, written, bytes.length - written, at)).bytesWritten;
    }
  } catch (error) {
    throw fileError("write to", path, error);
  }
}

export async function readExactly(handle: FileHandle, offset: number, length: number, path: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let done = 0;
  try {
    while (done < length) {
      const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
      if (bytesRead === 0) throw new Error(`it ends at byte ${offset + done}`);
      done += bytesRead;
    }
  } catch (error) {
    throw fileError("read", path, error);
  }
  return bytes;
}

/** The name itself is on the disk only when its folder is. Some systems cannot open a folder; they do not need it. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, "r").catch(() => undefined);
  if (handle === undefined) return;
  try {
    await handle.sync().catch(() => undefined);
  } finally {
    await handle.close();
  }
}

function existsError(path: string): PgstowError {
  return new PgstowError("exists", `"${path}" exists already`, {
    context: { file: path },
    hint: "choose another name, or use --force to replace it",
  });
}
