import { stat } from "node:fs/promises";

import { openLocalFile } from "../store/local-file.ts";
import type { ArchiveReader, RandomAccess } from "./archive.ts";
import { isTarHeader, TAR_BLOCK_BYTES } from "./tar/header.ts";
import { MAGIC } from "./toc/decode.ts";

/**
 * Opens an archive by its path, or by whatever gives its bytes: a stow archive, or one of pg_dump's custom, directory or tar archives.
 * The archive owns the source from then on: `close` closes it, and so does an error here. Throws a PgstowError `not-an-archive`,
 * `corrupt` or `file`.
 */
export async function openArchive(from: string | RandomAccess): Promise<ArchiveReader> {
  if (typeof from === "string" && (await isFolder(from))) return (await import("./directory/open.ts")).openDirectory(from);
  const source = typeof from === "string" ? await openLocalFile(from) : from;
  try {
    return await openByContent(source);
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** Each format is loaded when an archive has it: what lists one is there sooner. */
async function openByContent(source: RandomAccess): Promise<ArchiveReader> {
  const head = await source.read(0, Math.min(TAR_BLOCK_BYTES, source.size));
  if (Buffer.from(head.subarray(0, MAGIC.length)).toString("latin1") === MAGIC)
    return (await import("./custom/open.ts")).openCustom(source);
  if (isTarHeader(head)) return (await import("./tar/open.ts")).openTar(source);
  return (await import("./stow/open.ts")).openStow(source);
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true;
}
