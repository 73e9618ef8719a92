import { join } from "node:path";

import { PgstowError } from "../../core/errors.ts";
import { openInFolder } from "../../store/local-folder.ts";
import type { ArchiveReader } from "../archive.ts";
import { fileSuffixes } from "../compression/method.ts";
import { decodeToc } from "../toc/decode.ts";
import { TocInput } from "../toc/input.ts";
import { TocReader } from "../toc/reader.ts";
import { DirectoryData, folderBytes, readFolderFile } from "./data.ts";

const TOC_NAME = "toc.dat";

/** Opens a directory archive (pg_dump -Fd). Throws a PgstowError `not-an-archive` or `corrupt`. */
export async function openDirectory(folder: string): Promise<ArchiveReader> {
  const size = await tocBytes(folder);
  const input = new TocInput(
    join(folder, TOC_NAME),
    readFolderFile(folder, TOC_NAME, () => undefined),
    size,
  );
  try {
    const toc = await decodeToc(join(folder, TOC_NAME), input);
    return new TocReader("directory", toc, new DirectoryData(folder, await folderBytes(folder), toc.head.minor));
  } finally {
    await input.close();
  }
}

/** undefined when the table of contents is compressed. */
async function tocBytes(folder: string): Promise<number | undefined> {
  for (const suffix of Object.values(fileSuffixes)) {
    const file = await openInFolder(folder, `${TOC_NAME}${suffix}`);
    if (file === undefined) continue;
    await file.close();
    return suffix === "" ? file.size : undefined;
  }
  throw new PgstowError("not-an-archive", `"${folder}" is no directory archive: it has no ${TOC_NAME}`, { context: { file: folder } });
}
