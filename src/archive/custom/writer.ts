import type { ArchiveWriter, Sink, WriterOptions } from "../archive.ts";
import { Compressor } from "../compression/codec.ts";
import { encodeInt, encodeOid } from "../toc/encode.ts";
import type { TocItem } from "../toc/item.ts";
import type { StoredObject } from "../toc/large-objects.ts";
import { PgDumpWriter, TocDraft } from "../toc/writer.ts";
import type { DataTarget, PgDumpWriterOptions } from "../toc/writer.ts";
import { LARGE_OBJECTS_BLOCK, ROWS_BLOCK } from "./data.ts";

/** Below that a chunk and its length are one write. */
const JOINED_BYTES_MAX = 256 * 1024;
const END = encodeInt(0);

/** Writes a custom archive (pg_dump -Fc), front to back; where the sink allows it, the places of the data are filled in at the end. */
export async function openCustomWriter(options: WriterOptions & PgDumpWriterOptions): Promise<ArchiveWriter> {
  const toc = new TocDraft(options, "custom", () => "");
  const target = new CustomTarget(options.sink, toc);
  await target.open();
  return new PgDumpWriter(toc, target);
}

class CustomTarget implements DataTarget {
  readonly takesSeveral = false;
  storedBytes = 0;
  readonly #sink: Sink;
  readonly #toc: TocDraft;
  readonly #compressor: Compressor;
  readonly #offsets = new Map<number, number>();

  constructor(sink: Sink, toc: TocDraft) {
    this.#sink = sink;
    this.#toc = toc;
    this.#compressor = new Compressor(toc.compression, "zlib");
  }

  open(): Promise<void> {
    return this.#write(this.#toc.encode());
  }

  async rows(item: TocItem, content: AsyncIterable<Uint8Array>): Promise<void> {
    await this.#startBlock(ROWS_BLOCK, item);
    await this.#stream(content);
  }

  async largeObjects(item: TocItem, objects: AsyncIterable<StoredObject>): Promise<void> {
    await this.#startBlock(LARGE_OBJECTS_BLOCK, item);
    for await (const { oid, content } of objects) {
      await this.#write(encodeOid(oid));
      await this.#stream(content);
    }
    await this.#write(END);
  }

  async finish(): Promise<void> {
    await this.#compressor.close();
    await this.#sink.overwrite?.(0, this.#toc.encode(this.#toc.items.map((item) => this.#placed(item))));
    await this.#sink.finish();
  }

  async abort(): Promise<void> {
    await this.#compressor.close();
    await this.#sink.abort();
  }

  #placed(item: TocItem): TocItem {
    const offset = this.#offsets.get(item.dumpId);
    return offset === undefined ? item : { ...item, position: { type: "known", offset } };
  }

  async #startBlock(type: number, item: TocItem): Promise<void> {
    this.#offsets.set(item.dumpId, this.storedBytes);
    await this.#write(Buffer.concat([Buffer.from([type]), encodeInt(item.dumpId)]));
  }

  /** One compressed stream in chunks. */
  async #stream(content: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const chunk of this.#compressor.compress(content)) {
      if (chunk.length === 0) continue;
      const length = encodeInt(chunk.length);
      if (chunk.length <= JOINED_BYTES_MAX) await this.#write(Buffer.concat([length, chunk]));
      else {
        await this.#write(length);
        await this.#write(chunk);
      }
    }
    await this.#write(END);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.storedBytes += bytes.length;
    await this.#sink.write(bytes);
  }
}
