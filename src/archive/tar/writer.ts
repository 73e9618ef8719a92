import { encodeText } from "../../core/text-bytes.ts";
import { Spool } from "../../store/spool.ts";
import type { ArchiveWriter, Sink, WriterOptions } from "../archive.ts";
import type { TocItem } from "../toc/item.ts";
import type { StoredObject } from "../toc/large-objects.ts";
import { objectFileName, objectListName, renderObjectList } from "../toc/object-list.ts";
import { PgDumpWriter, TocDraft } from "../toc/writer.ts";
import type { DataTarget, PgDumpWriterOptions } from "../toc/writer.ts";
import { encodeTarHeader, paddingBytes, TAR_BLOCK_BYTES } from "./header.ts";
import { restoreScript } from "./restore-script.ts";

/** Writes a tar archive (pg_dump -Ft), front to back. Each member is spooled first, because its size stands before it. */
export async function openTarWriter(options: WriterOptions & Pick<PgDumpWriterOptions, "archiveMinor">): Promise<ArchiveWriter> {
  const toc = new TocDraft(options, "tar", (entry) => `${entry.dumpId}.dat`);
  const target = new TarTarget(options, toc);
  await target.open();
  return new PgDumpWriter(toc, target);
}

class TarTarget implements DataTarget {
  readonly takesSeveral = false;
  storedBytes = 0;
  readonly #options: WriterOptions;
  readonly #sink: Sink;
  readonly #toc: TocDraft;
  readonly #modifiedAt: Date;

  constructor(options: WriterOptions, toc: TocDraft) {
    this.#options = options;
    this.#sink = options.sink;
    this.#toc = toc;
    this.#modifiedAt = new Date(options.metadata.startedAt);
  }

  open(): Promise<void> {
    return this.#bytesMember("toc.dat", this.#toc.encode());
  }

  rows(item: TocItem, content: AsyncIterable<Uint8Array>): Promise<void> {
    return this.#member(item.file, content);
  }

  async largeObjects(item: TocItem, objects: AsyncIterable<StoredObject>): Promise<void> {
    const oids: number[] = [];
    for await (const { oid, content } of objects) {
      await this.#member(objectFileName(oid), content);
      oids.push(oid);
    }
    await this.#bytesMember(objectListName(this.#toc.minor, item.dumpId), Buffer.from(renderObjectList(oids)));
  }

  async finish(): Promise<void> {
    await this.#bytesMember("restore.sql", encodeText(restoreScript(this.#options), this.#options.metadata));
    await this.#write(Buffer.alloc(2 * TAR_BLOCK_BYTES));
    await this.#sink.finish();
  }

  abort(): Promise<void> {
    return this.#sink.abort();
  }

  async #member(name: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    const spool = new Spool();
    try {
      for await (const piece of content) await spool.write(piece);
      await this.#header(name, spool.size);
      for await (const piece of spool.read()) await this.#write(piece);
      await this.#write(Buffer.alloc(paddingBytes(spool.size)));
    } finally {
      await spool.close();
    }
  }

  async #bytesMember(name: string, bytes: Uint8Array): Promise<void> {
    await this.#header(name, bytes.length);
    await this.#write(bytes);
    await this.#write(Buffer.alloc(paddingBytes(bytes.length)));
  }

  #header(name: string, size: number): Promise<void> {
    return this.#write(encodeTarHeader({ name, size }, this.#modifiedAt));
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    this.storedBytes += bytes.length;
    await this.#sink.write(bytes);
  }
}
