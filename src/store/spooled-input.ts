import type { RandomAccess } from "../archive/archive.ts";
import { readExactly, writeAll } from "./local-file.ts";
import { openTemporaryFile } from "./temporary-file.ts";

/** Makes what comes from a pipe readable anywhere: it is kept in a temporary file. Throws a PgstowError `file`. `name` is for messages. */
export async function spoolInput(input: AsyncIterable<Uint8Array>, name: string): Promise<RandomAccess> {
  const { handle, path, close } = await openTemporaryFile();
  try {
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
