import { openLocalFile } from "../store/local-file.ts";
import type { ArchiveReader, RandomAccess } from "./archive.ts";
import { openStow } from "./stow/open.ts";

/**
 * Opens an archive by its path, or by whatever gives its bytes. The archive owns the source from then on: `close` closes it, and so
 * does an error here. Throws a PgstowError `not-an-archive`, `corrupt` or `file`.
 */
export async function openArchive(from: string | RandomAccess): Promise<ArchiveReader> {
  const source = typeof from === "string" ? await openLocalFile(from) : from;
  try {
    return await openStow(source);
  } catch (error) {
    await source.close();
    throw error;
  }
}
