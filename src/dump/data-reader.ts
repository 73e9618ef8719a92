import type { EntryData } from "../archive/archive.ts";
import { describeEntry } from "../archive/entry.ts";
import type { Entry } from "../archive/entry.ts";
import { readLargeObjects } from "../copy/large-objects.ts";
import { rowsAsInserts } from "../copy/rows-as-inserts.ts";
import type { InsertForm } from "../copy/rows-as-inserts.ts";
import { RowsAhead } from "../copy/rows-ahead.ts";
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

/** What is to be read: entries that have data, in the order in which they will be, and the objects behind them. */
export interface DataPlan {
  readonly entries: readonly Entry[];
  readonly objectOf: (entry: Entry) => CatalogObject;
}

/** Reads rows and large objects under the catalog session's snapshot and locks. */
export class DataReader {
  readonly #session: CatalogSession;
  readonly #plan: DataPlan;
  readonly #insertForm: InsertFormOf;
  readonly #rows: RowsAhead;
  #channel: DataChannel | undefined;

  /**
   * Goes on with the session that holds the locks. A second connection would have to lock each table again, behind whoever has come to
   * wait for the first one's lock: both would then wait for ever. And without the first one's locks it could read a truncated table.
   */
  constructor(session: CatalogSession, plan: DataPlan, insertForm: InsertFormOf) {
    this.#session = session;
    this.#plan = plan;
    this.#insertForm = insertForm;
    this.#rows = new RowsAhead(session, this.#statements());
  }

  /** COPY statements of the tables before the first large objects, whose reading needs the connection for itself. */
  *#statements(): Generator<string, void, undefined> {
    for (const entry of this.#plan.entries) {
      if (entry.data === "large-objects") return;
      yield copyOutStatement(this.#plan.objectOf(entry) as TableData);
    }
  }

  /** The data of one entry, to be read before that of the next one. */
  async read(entry: Entry): Promise<EntryData> {
    const object = this.#plan.objectOf(entry);
    if (entry.data === "large-objects") {
      this.#channel ??= await this.#session.becomeDataChannel();
      return { type: "large-objects", pieces: named(entry, readLargeObjects(this.#channel, (object as LargeObjectData).members)) };
    }
    const table = object as TableData;
    const rows = this.#channel === undefined ? this.#rows.next() : copyOut(this.#channel, copyOutStatement(table));
    if (entry.data === "rows") return { type: "rows", batches: named(entry, rows) };
    return { type: "statements", batches: named(entry, rowsAsInserts(rows, this.#insertForm(table))) };
  }

  async close(): Promise<void> {
    await this.#channel?.close();
  }
}

/** Errors say which entry was being read. */
export async function* named<T>(entry: Entry, source: AsyncIterable<T>): AsyncIterable<T> {
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
