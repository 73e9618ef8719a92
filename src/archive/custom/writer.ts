import type { ArchiveWriter, Sink, WriterOptions } from "../archive.ts";
import { Compressor } from "../compression/codec.ts";
import { encodeInt, encodeOid } from "../toc/encode.ts";
import type { TocItem } from "../toc/item.ts";
import type { StoredObject } from "../toc/large-objects.ts";
import { PgDumpWriter, TocDraft } from "../toc/writer.ts";
import type { DataTarget, PgDumpWriterOptions } from "../toc/writer.ts";
import { LARGE_OBJECTS_BLOCK, ROWS_BLOCK } from "./data.ts";
import { OrderedBlocks } from "./ordered-blocks.ts";

/** Below that a chunk and its length are one write. */
const JOINED_BYTES_MAX = 256 * 1024;
const END = encodeInt(0);

/**
 * Writes a custom archive (pg_dump -Fc), front to back, with the data in the order of the table of contents; what comes before its turn is
 * kept in memory or a temporary file. Where the sink allows it, the places of the data are filled in at the end.
 */
export async function openCustomWriter(options: WriterOptions & PgDumpWriterOptions): Promise<ArchiveWriter> {
  const toc = new TocDraft(options, "custom", () => "");
  const target = new CustomTarget(options.sink, toc);
  await target.open();
  return new PgDumpWriter(toc, target);
}

type Write = (bytes: Uint8Array) => Promise<void>;

class CustomTarget implements DataTarget {
  readonly takesSeveral = true;
  readonly keepsOrder = true;
  storedBytes = 0;
  readonly #sink: Sink;
  readonly #toc: TocDraft;
  readonly #compressor: Compressor;
  readonly #offsets = new Map<number, number>();
  readonly #blocks: OrderedBlocks;

  constructor(sink: Sink, toc: TocDraft) {
    this.#sink = sink;
    this.#toc = toc;
    this.#compressor = new Compressor(toc.compression, "zlib");
    this.#blocks = new OrderedBlocks({
      file: { startBlock: (id) => this.#offsets.set(id, this.storedBytes), write: (bytes) => this.#write(bytes) },
      order: toc.items.filter((item) => item.hasData).map((item) => item.dumpId),
      spool: { path: sink.spoolPath },
    });
  }

  open(): Promise<void> {
    return this.#write(this.#toc.encode());
  }

  rows({ dumpId }: TocItem, content: AsyncIterable<Uint8Array>): Promise<void> {
    return this.#blocks.put(dumpId, async (write) => {
      await write(blockHead(ROWS_BLOCK, dumpId));
      await this.#stream(content, write);
    });
  }

  largeObjects({ dumpId }: TocItem, objects: AsyncIterable<StoredObject>): Promise<void> {
    return this.#blocks.put(dumpId, async (write) => {
      await write(blockHead(LARGE_OBJECTS_BLOCK, dumpId));
      for await (const { oid, content } of objects) {
        await write(encodeOid(oid));
        await this.#stream(content, write);
      }
      await write(END);
    });
  }

  async finish(): Promise<void> {
    await this.#blocks.finish();
    await Promise.all([this.#compressor.close(), this.#blocks.close()]);
    await this.#sink.overwrite?.(0, this.#toc.encode(this.#toc.items.map((item) => this.#placed(item))));
    await this.#sink.finish();
  }

  async abort(): Promise<void> {
    await Promise.all([this.#compressor.close(), this.#blocks.close()]);
    await this.#sink.abort();
  }

  #placed(item: TocItem): TocItem {
    const offset = this.#offsets.get(item.dumpId);
    return offset === undefined ? item : { ...item, position: { type: "known", offset } };
  }

  /** One compressed stream in chunks. */
  async #stream(content: AsyncIterable<Uint8Array>, write: Write): Promise<void> {
    for await (const chunk of this.#compressor.compress(content)) {
      if (chunk.length === 0) continue;
      const length = encodeInt(chunk.length);
      if (chunk.length <= JOINED_BYTES_MAX) await write(Buffer.concat([length, chunk]));
      else {
        await write(length);
        await write(chunk);
      }
    }
    await write(END);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.storedBytes += bytes.length;
    await this.#sink.write(bytes);
  }
}

function blockHead(type: number, dumpId: number): Buffer {
  return Buffer.concat([Buffer.from([type]), encodeInt(dumpId)]);
}
