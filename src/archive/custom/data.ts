import type { RandomAccess } from "../archive.ts";
import { uncompressed } from "../compression/codec.ts";
import type { Toc } from "../toc/decode.ts";
import { corruptAt } from "../toc/item.ts";
import type { TocItem } from "../toc/item.ts";
import type { StoredObject } from "../toc/large-objects.ts";
import type { DataSource } from "../toc/reader.ts";
import { BlockCursor } from "./blocks.ts";

export const ROWS_BLOCK = 1;
export const LARGE_OBJECTS_BLOCK = 3;

/** The data blocks of a custom archive. */
export class CustomData implements DataSource {
  readonly name: string;
  readonly storedBytes: number;
  readonly #source: RandomAccess;
  readonly #toc: Toc;
  #scanned: Promise<ReadonlyMap<number, number>> | undefined;

  constructor(source: RandomAccess, toc: Toc) {
    this.#source = source;
    this.#toc = toc;
    this.name = source.name;
    this.storedBytes = source.size;
  }

  async *rows(item: TocItem, onStored: (bytes: number) => void): AsyncGenerator<Uint8Array> {
    const cursor = await this.#block(item, ROWS_BLOCK);
    yield* this.#uncompressed(cursor.chunks(onStored));
  }

  async *largeObjects(item: TocItem, onStored: (bytes: number) => void): AsyncGenerator<StoredObject> {
    const cursor = await this.#block(item, LARGE_OBJECTS_BLOCK);
    for (let oid = await cursor.int(); oid !== 0; oid = await cursor.int()) {
      yield { oid: oid >>> 0, content: this.#uncompressed(cursor.chunks(onStored)) };
    }
  }

  checkEnd(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return this.#source.close();
  }

  #uncompressed(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    return uncompressed(chunks, this.#toc.head.compression.method, "zlib");
  }

  /** A cursor behind the head of the item's block. */
  async #block(item: TocItem, type: number): Promise<BlockCursor> {
    const offset = await this.#offset(item);
    const cursor = new BlockCursor(this.#source, this.#toc.head.intBytes, offset);
    const [foundType, foundId] = [await cursor.byte(), await cursor.int()];
    if (foundType !== type) throw cursor.corrupt(`a block of data is of type ${foundType}, where ${type} is expected`, offset);
    if (foundId !== item.dumpId)
      throw cursor.corrupt(`a block of data belongs to item ${foundId}, where ${item.dumpId} is expected`, offset);
    return cursor;
  }

  async #offset(item: TocItem): Promise<number> {
    const { position } = item;
    if (position.type === "no-data") throw corruptAt(this.name, 0, `item ${item.dumpId} should have data, and has none`);
    if (position.type === "known") {
      if (position.offset >= this.#toc.endOffset && position.offset < this.storedBytes) return position.offset;
      throw corruptAt(this.name, position.offset, `the data of item ${item.dumpId} should stand outside of where data stands`);
    }
    const offset = (await (this.#scanned ??= this.#scan())).get(item.dumpId);
    if (offset === undefined) throw corruptAt(this.name, this.storedBytes, `the data of item ${item.dumpId} is not there`);
    return offset;
  }

  /**
   * An archive that was written to a pipe does not say where its blocks are. Some that were written to standard output carry a second
   * table of contents at their end, which starts like no block does.
   */
  async #scan(): Promise<ReadonlyMap<number, number>> {
    const found = new Map<number, number>();
    const cursor = new BlockCursor(this.#source, this.#toc.head.intBytes, this.#toc.endOffset);
    while (!cursor.atEnd) {
      const offset = cursor.offset;
      const type = await cursor.byte();
      if (type === 0 && found.size > 0) break;
      if (type !== ROWS_BLOCK && type !== LARGE_OBJECTS_BLOCK) throw cursor.corrupt(`a block of data is of unknown type ${type}`, offset);
      const id = await cursor.int();
      if (!found.has(id)) found.set(id, offset);
      if (type === ROWS_BLOCK) await cursor.skipChunks();
      else while ((await cursor.int()) !== 0) await cursor.skipChunks();
    }
    return found;
  }
}
