import type { ArchiveWriter, FolderSink } from "../archive.ts";
import { Compressor } from "../compression/codec.ts";
import { fileSuffixes } from "../compression/method.ts";
import type { Entry } from "../entry.ts";
import type { TocItem } from "../toc/item.ts";
import type { StoredObject } from "../toc/large-objects.ts";
import { objectFileName, objectListName, renderObjectList } from "../toc/object-list.ts";
import { PgDumpWriter, TocDraft } from "../toc/writer.ts";
import type { DataTarget, TocContent } from "../toc/writer.ts";

export interface DirectoryWriterOptions extends TocContent {
  readonly folder: FolderSink;
}

/** Writes a directory archive (pg_dump -Fd). The table of contents comes last, so that an unfinished folder is no archive. */
export function openDirectoryWriter(options: DirectoryWriterOptions): Promise<ArchiveWriter> {
  const toc = new TocDraft(options, "directory", dataFile);
  return Promise.resolve(new PgDumpWriter(toc, new DirectoryTarget(options.folder, toc)));
}

/** Name of the file with an entry's data, without what its compression adds. */
function dataFile(entry: Entry, minor: number): string {
  return entry.data === "large-objects" ? objectListName(minor, entry.dumpId) : `${entry.dumpId}.dat`;
}

class DirectoryTarget implements DataTarget {
  readonly takesSeveral = true;
  storedBytes = 0;
  readonly #folder: FolderSink;
  readonly #toc: TocDraft;
  readonly #compressor: Compressor;

  constructor(folder: FolderSink, toc: TocDraft) {
    this.#folder = folder;
    this.#toc = toc;
    this.#compressor = new Compressor(toc.compression, "gzip");
  }

  rows(item: TocItem, content: AsyncIterable<Uint8Array>): Promise<void> {
    return this.#compressedFile(item.file, content);
  }

  async largeObjects(item: TocItem, objects: AsyncIterable<StoredObject>): Promise<void> {
    const oids: number[] = [];
    for await (const { oid, content } of objects) {
      await this.#compressedFile(objectFileName(oid), content);
      oids.push(oid);
    }
    await this.#file(item.file, [Buffer.from(renderObjectList(oids))]);
  }

  async finish(): Promise<void> {
    await this.#compressor.close();
    await this.#file("toc.dat", [this.#toc.encode()]);
    await this.#folder.finish();
  }

  async abort(): Promise<void> {
    await this.#compressor.close();
    await this.#folder.abort();
  }

  #compressedFile(name: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    return this.#file(`${name}${fileSuffixes[this.#toc.compression.method]}`, this.#compressor.compress(content));
  }

  async #file(name: string, pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    const file = await this.#folder.file(name);
    for await (const piece of pieces) {
      this.storedBytes += piece.length;
      await file.write(piece);
    }
    await file.finish();
  }
}
