import { PgstowError } from "../../core/errors.ts";
import type { ArchiveReader, RandomAccess } from "../archive.ts";
import { decodeToc } from "../toc/decode.ts";
import { readPieces, TocInput } from "../toc/input.ts";
import { corruptAt } from "../toc/item.ts";
import type { TocItem } from "../toc/item.ts";
import type { StoredObject } from "../toc/large-objects.ts";
import { objectListName, parseObjectList } from "../toc/object-list.ts";
import { TocReader } from "../toc/reader.ts";
import type { DataSource } from "../toc/reader.ts";
import { readTarMembers } from "./members.ts";
import type { MemberPlace, TarMembers } from "./members.ts";

const TOC_NAME = "toc.dat";

/** Opens a tar archive (pg_dump -Ft). Throws a PgstowError `not-an-archive` or `corrupt`. */
export async function openTar(source: RandomAccess): Promise<ArchiveReader> {
  const members = await readTarMembers(source);
  const toc = members.places.get(TOC_NAME);
  if (toc === undefined) {
    throw new PgstowError("not-an-archive", `"${source.name}" is a tar archive, but none of pg_dump: it has no ${TOC_NAME}`, {
      context: { file: source.name },
    });
  }
  const name = `${source.name}:${TOC_NAME}`;
  const input = new TocInput(name, readPieces(source, toc.offset, toc.offset + toc.size), toc.size);
  try {
    const decoded = await decodeToc(name, input);
    return new TocReader("tar", decoded, new TarData(source, members, decoded.head.minor));
  } finally {
    await input.close();
  }
}

/** Data members of a tar archive; they are never compressed. */
class TarData implements DataSource {
  readonly name: string;
  readonly storedBytes: number;
  readonly #source: RandomAccess;
  readonly #members: TarMembers;
  readonly #minor: number;

  constructor(source: RandomAccess, members: TarMembers, minor: number) {
    this.name = source.name;
    this.storedBytes = source.size;
    this.#source = source;
    this.#members = members;
    this.#minor = minor;
  }

  rows(item: TocItem, onStored: (bytes: number) => void): AsyncIterable<Uint8Array> {
    return this.#content(item.file, onStored);
  }

  async *largeObjects(item: TocItem, onStored: (bytes: number) => void): AsyncGenerator<StoredObject> {
    const list = objectListName(this.#minor, item.dumpId);
    for await (const { oid, file } of parseObjectList(`${this.name}:${list}`, this.#content(list, onStored))) {
      yield { oid, content: this.#content(file, onStored) };
    }
  }

  checkEnd(): Promise<void> {
    if (this.#members.endsWell) return Promise.resolve();
    return Promise.reject(corruptAt(this.name, this.storedBytes, "it is cut: the mark of its end is missing"));
  }

  close(): Promise<void> {
    return this.#source.close();
  }

  async *#content(name: string, onStored: (bytes: number) => void): AsyncGenerator<Uint8Array> {
    const place: MemberPlace | undefined = this.#members.places.get(name);
    if (place === undefined) throw corruptAt(this.name, this.storedBytes, `the member ${JSON.stringify(name)} is not there`);
    for await (const piece of readPieces(this.#source, place.offset, place.offset + place.size)) {
      onStored(piece.length);
      yield piece;
    }
  }
}
