import type { EntryData } from "../archive/archive.ts";
import { describeEntry } from "../archive/entry.ts";
import type { Entry } from "../archive/entry.ts";
import { readLargeObjects } from "../copy/large-objects.ts";
import { rowsAsInserts } from "../copy/rows-as-inserts.ts";
import type { InsertForm } from "../copy/rows-as-inserts.ts";
import { copyOut } from "../copy/rows-out.ts";
import { PgstowError } from "../core/errors.ts";
import type { LargeObjectData } from "../objects/large-object/large-object.ts";
import type { CatalogObject } from "../objects/object.ts";
import type { TableData } from "../objects/relation/table-data.ts";
import type { CatalogSession } from "../postgres/catalog-session.ts";
import type { DataChannel } from "../postgres/data-channel.ts";
import { copyOutStatement } from "./table-rows.ts";

/** How the rows of a table become INSERT statements, where they shall. */
export type InsertFormOf = (data: TableData) => InsertForm;

/** Reads rows and large objects under the catalog session's snapshot and locks. */
export class DataReader {
  readonly #channel: DataChannel;
  readonly #insertForm: InsertFormOf;

  private constructor(channel: DataChannel, insertForm: InsertFormOf) {
    this.#channel = channel;
    this.#insertForm = insertForm;
  }

  /**
   * Goes on with the session that holds the locks. A second connection would have to lock each table again, behind whoever has come to
   * wait for the first one's lock: both would then wait for ever. And without the first one's locks it could read a truncated table.
   */
  static async open(session: CatalogSession, insertForm: InsertFormOf): Promise<DataReader> {
    return new DataReader(await session.becomeDataChannel(), insertForm);
  }

  /** The data of one entry; nothing is sent before it is iterated. */
  read(entry: Entry, object: CatalogObject): EntryData {
    if (entry.data === "large-objects") {
      return { type: "large-objects", pieces: named(entry, readLargeObjects(this.#channel, (object as LargeObjectData).members)) };
    }
    const rows = copyOut(this.#channel, copyOutStatement(object as TableData));
    if (entry.data === "rows") return { type: "rows", batches: named(entry, rows) };
    return { type: "statements", batches: named(entry, rowsAsInserts(rows, this.#insertForm(object as TableData))) };
  }

  close(): Promise<void> {
    return this.#channel.close();
  }
}

/** Errors say which entry was being read. */
async function* named<T>(entry: Entry, source: AsyncIterable<T>): AsyncIterable<T> {
  try {
    yield* source;
  } catch (error) {
    if (!(error instanceof PgstowError) || error.code === "aborted") throw error;
    throw new PgstowError(error.code, `${describeEntry(entry)}: ${error.message}`, {
      cause: error,
      context: { ...error.context, entry: describeEntry(entry) },
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
  }
}
