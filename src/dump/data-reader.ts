import type { EntryData } from "../archive/archive.ts";
import { describeEntry } from "../archive/entry.ts";
import type { Entry } from "../archive/entry.ts";
import { readLargeObjects } from "../copy/large-objects.ts";
import { copyOut } from "../copy/rows-out.ts";
import type { DiagnosticSink } from "../core/diagnostics.ts";
import { PgstowError } from "../core/errors.ts";
import type { LargeObjectData } from "../objects/large-object/large-object.ts";
import type { CatalogObject } from "../objects/object.ts";
import type { TableData } from "../objects/relation/table-data.ts";
import { openDataChannel } from "../postgres/data-channel.ts";
import type { DataChannel } from "../postgres/data-channel.ts";
import type { ConnectionSettings } from "../postgres/settings.ts";
import { beginWithSnapshot, pinSession } from "../postgres/snapshot.ts";
import { pinOptions } from "./dump-session.ts";
import type { DumpOptions } from "./options.ts";
import { copyOutStatement } from "./table-rows.ts";

/** Reads rows and large objects on a channel of its own, under the catalog session's snapshot. */
export class DataReader {
  readonly #channel: DataChannel;

  private constructor(channel: DataChannel) {
    this.#channel = channel;
  }

  static async open(
    settings: ConnectionSettings,
    snapshot: string,
    options: DumpOptions,
    onDiagnostic: DiagnosticSink,
  ): Promise<DataReader> {
    const channel = await openDataChannel(settings, { signal: options.signal, onDiagnostic });
    try {
      await pinSession(channel, pinOptions(options));
      await beginWithSnapshot(channel, snapshot);
      return new DataReader(channel);
    } catch (error) {
      await channel.close();
      throw error;
    }
  }

  /** The data of one entry; nothing is sent before it is iterated. */
  read(entry: Entry, object: CatalogObject): EntryData {
    if (entry.data === "large-objects") {
      return { type: "large-objects", pieces: named(entry, readLargeObjects(this.#channel, (object as LargeObjectData).members)) };
    }
    return { type: "rows", batches: named(entry, copyOut(this.#channel, copyOutStatement(object as TableData))) };
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
