import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

import { PgstowError } from "../../core/errors.ts";
import { fileError } from "../../store/file-error.ts";
import { isPlainName, openInFolder } from "../../store/local-folder.ts";
import type { RandomAccess } from "../archive.ts";
import { uncompressed } from "../compression/codec.ts";
import { fileSuffixes } from "../compression/method.ts";
import type { CompressionMethod } from "../compression/method.ts";
import { readPieces } from "../toc/input.ts";
import type { TocItem } from "../toc/item.ts";
import type { StoredObject } from "../toc/large-objects.ts";
import { objectListName, parseObjectList } from "../toc/object-list.ts";
import type { DataSource } from "../toc/reader.ts";

/** The data files of a directory archive. Each says by its name how it is compressed, whatever the table of contents says. */
export class DirectoryData implements DataSource {
  readonly name: string;
  readonly storedBytes: number;
  readonly #minor: number;

  constructor(folder: string, storedBytes: number, minor: number) {
    this.name = folder;
    this.storedBytes = storedBytes;
    this.#minor = minor;
  }

  rows(item: TocItem, onStored: (bytes: number) => void): AsyncIterable<Uint8Array> {
    return readFolderFile(this.name, item.file, onStored);
  }

  async *largeObjects(item: TocItem, onStored: (bytes: number) => void): AsyncGenerator<StoredObject> {
    const list = this.#minor < 16 ? objectListName(this.#minor, item.dumpId) : item.file;
    for await (const { oid, file } of parseObjectList(join(this.name, list), readFolderFile(this.name, list, onStored))) {
      yield { oid, content: readFolderFile(this.name, file, onStored) };
    }
  }

  checkEnd(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** The content of a file that may have a suffix for its compression. An empty one is empty content. */
export async function* readFolderFile(folder: string, name: string, onStored: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  const { file, method } = await openWithSuffix(folder, name);
  try {
    const pieces = counted(readPieces(file), onStored);
    yield* file.size === 0 ? pieces : uncompressed(pieces, method, "gzip");
  } catch (error) {
    throw inFile(file.name, error);
  } finally {
    await file.close();
  }
}

async function* counted(pieces: AsyncIterable<Uint8Array>, onStored: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    onStored(piece.length);
    yield piece;
  }
}

async function openWithSuffix(folder: string, name: string): Promise<{ file: RandomAccess; method: CompressionMethod }> {
  for (const [method, suffix] of Object.entries(fileSuffixes) as [CompressionMethod, string][]) {
    if (suffix !== "" && name.endsWith(suffix)) {
      const file = await openInFolder(folder, name);
      if (file !== undefined) return { file, method };
    }
  }
  for (const [method, suffix] of Object.entries(fileSuffixes) as [CompressionMethod, string][]) {
    const file = await openInFolder(folder, `${name}${suffix}`);
    if (file !== undefined) return { file, method };
  }
  throw new PgstowError("corrupt", `"${folder}" is damaged: the file ${name} is not there`, { context: { file: join(folder, name) } });
}

function inFile(path: string, error: unknown): unknown {
  if (!(error instanceof PgstowError) || error.code !== "corrupt" || error.context.file !== undefined) return error;
  return new PgstowError("corrupt", `"${path}" is damaged: ${error.message}`, { cause: error, context: { file: path } });
}

/** Bytes of all files of the archive. */
export async function folderBytes(folder: string): Promise<number> {
  try {
    let total = 0;
    for (const name of await readdir(folder)) if (isPlainName(name)) total += (await stat(join(folder, name))).size;
    return total;
  } catch (error) {
    throw fileError("read folder", folder, error);
  }
}
