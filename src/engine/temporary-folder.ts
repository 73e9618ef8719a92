import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { fileError } from "../store/file-error.ts";

/** Lends out a folder that only this user can enter, and removes it with all that is in it, whatever happens. */
export async function withTemporaryFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const prefix = join(tmpdir(), "pgstow-");
  // mkdtemp makes it 0700.
  const folder = await mkdtemp(prefix).catch((error: unknown) => Promise.reject(fileError("create temporary folder", prefix, error)));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
