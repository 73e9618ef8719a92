import { randomUUID } from "node:crypto";
import { open, rm } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { fileError } from "./file-error.ts";

/** A file that nobody else can open and that is gone with the process. */
export interface TemporaryFile {
  readonly handle: FileHandle;
  /** For messages: it may have lost its name. */
  readonly path: string;
  readonly close: () => Promise<void>;
}

/**
 * In the folder for temporary files, or under the given name, of which a crashed run may have left a file. Throws a PgstowError `file`.
 */
export async function openTemporaryFile(name?: string): Promise<TemporaryFile> {
  const path = name ?? join(tmpdir(), `pgstow-${randomUUID()}`);
  try {
    if (name !== undefined) await rm(path, { force: true });
    const handle = await open(path, "wx+", 0o600);
    // Where an open file can lose its name, nothing is left behind even by a crash.
    const isNameless = await rm(path).then(
      () => true,
      () => false,
    );
    const close = async (): Promise<void> => {
      await handle.close();
      if (!isNameless) await rm(path, { force: true });
    };
    return { handle, path, close };
  } catch (error) {
    throw fileError("create temporary file", path, error);
  }
}
