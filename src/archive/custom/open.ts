import type { ArchiveReader, RandomAccess } from "../archive.ts";
import { decodeToc } from "../toc/decode.ts";
import { readPieces, TocInput } from "../toc/input.ts";
import { corruptAt, formatCodes } from "../toc/item.ts";
import { TocReader } from "../toc/reader.ts";
import { CustomData } from "./data.ts";

/** Opens a custom archive (pg_dump -Fc). Throws a PgstowError `not-an-archive` or `corrupt`. */
export async function openCustom(source: RandomAccess): Promise<ArchiveReader> {
  const input = new TocInput(source.name, readPieces(source), source.size);
  try {
    const toc = await decodeToc(source.name, input);
    if (toc.head.formatCode !== formatCodes.custom) throw corruptAt(source.name, 10, `it is of format ${toc.head.formatCode}`);
    return new TocReader("custom", toc, new CustomData(source, toc));
  } finally {
    await input.close();
  }
}
