import { randomUUID } from "node:crypto";
import { open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { RandomAccess } from "../archive/archive.ts";
import { fileError } from "./file-error.ts";
import { readExactly, writeAll } from "./local-file.ts";

/**
 * Makes what comes from a pipe readable anywhere: it is kept in a temporary file that nobody else can open and that is gone with the
 * process. Throws a PgstowError `file`. `name` is for messages.
 */
export async function spoolInput(input: AsyncIterable<Uint8Array>, name: string): Promise<RandomAccess> {
  const path = join(tmpdir(), `pgstow-${randomUUID()}`);
  const handle = await open(path, "wx+", 0o600).catch((error: unknown) => Promise.reject(fileError("create temporary file", path, error)));
  const close = async (): Promise<void> => {
    await handle.close();
    await rm(path, { force: true });
  };
  try {
    // Where an open file can lose its name, nothing is left behind even by a crash.
    await rm(path).catch(() => undefined);
    let size = 0;
    for await (const piece of input) {
      await writeAll(handle, piece, path);
      size += piece.length;
    }
    return { name, size, read: (offset, length) => readExactly(handle, offset, length, name), close };
  } catch (error) {
    await close();
    throw error;
  }
}
