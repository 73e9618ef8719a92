import { PgstowError, throwIfAborted } from "../../core/errors.ts";
import type {
  ArchiveMetadata,
  ArchiveReader,
  ArchiveSummary,
  DataTotals,
  EntryData,
  EntrySize,
  PgDumpLayout,
  StatementBatch,
  VerifyReport,
} from "../archive.ts";
import { describeEntry } from "../entry.ts";
import { asUnicode } from "../readable-text.ts";
import type { Entry } from "../entry.ts";
import { checkDependencies } from "./cycles.ts";
import type { Toc } from "./decode.ts";
import { entriesOf, metadataOf, specialEntriesOf } from "./items-to-entries.ts";
import type { TocItem } from "./item.ts";
import { piecesOf } from "./large-objects.ts";
import type { StoredObject } from "./large-objects.ts";
import { batchesOf, countRows } from "./rows.ts";
import { statementsOf } from "./statements.ts";

/** Where the data of a pg_dump archive comes from. Bytes come uncompressed; `onStored` is told how many stored bytes went into them. */
export interface DataSource {
  /** For messages. */
  readonly name: string;
  /** Of the whole archive. */
  readonly storedBytes: number;
  rows(item: TocItem, onStored: (bytes: number) => void): AsyncIterable<Uint8Array>;
  largeObjects(item: TocItem, onStored: (bytes: number) => void): AsyncIterable<StoredObject>;
  /** Checks what belongs to no entry; throws a PgstowError `corrupt`. */
  checkEnd(): Promise<void>;
  close(): Promise<void>;
}

interface ReadOptions {
  readonly signal?: AbortSignal;
}

/** Reads custom, directory and tar archives: they differ in where the data is. Rows and sizes are known when `verify` has read all. */
export class TocReader implements ArchiveReader {
  readonly format: "custom" | "directory" | "tar";
  readonly metadata: ArchiveMetadata;
  readonly entries: readonly Entry[];
  readonly special: readonly Entry[];
  readonly layout: PgDumpLayout;
  readonly #sizes = new Map<number, EntrySize>();
  readonly #items: ReadonlyMap<number, TocItem>;
  readonly #source: DataSource;

  constructor(format: "custom" | "directory" | "tar", toc: Toc, source: DataSource) {
    this.format = format;
    this.#source = source;
    const { metadata, entries } = asUnicode({ metadata: metadataOf(toc), entries: entriesOf(source.name, toc) });
    this.metadata = metadata;
    this.entries = entries;
    this.special = specialEntriesOf(toc);
    this.#items = new Map(toc.items.map((item) => [item.dumpId, item]));
    const { minor, revision, intBytes, offsetBytes, serverVersion, dumpVersion, compression } = toc.head;
    const method = minor < 15 && compression.method !== "none" ? String(compression.level ?? -1) : compression.method;
    this.layout = {
      version: `1.${minor}-${revision}`,
      compression: minor < 15 && compression.method === "none" ? "0" : method,
      intBytes,
      offsetBytes,
      items: toc.items.length,
      serverVersion,
      dumpVersion,
    };
  }

  get sizes(): ReadonlyMap<number, EntrySize> {
    return this.#sizes;
  }

  get summary(): ArchiveSummary {
    const totals = [...this.#sizes.values()].reduce(sum, { rows: 0, rawBytes: 0 });
    return { ...totals, storedBytes: this.#source.storedBytes, fingerprint: "", finishedAt: "" };
  }

  /** The format has no hashes: every entry's data is read to its end, which proves that it is all there. */
  async verify(options: ReadOptions & { readonly onBytes?: (bytes: number) => void } = {}): Promise<VerifyReport> {
    checkDependencies(this.#source.name, this.entries);
    let done = 0;
    for (const entry of this.entries) {
      if (entry.data === "none") continue;
      throwIfAborted(options.signal);
      let storedBytes = 0;
      const onStored = (bytes: number): void => {
        throwIfAborted(options.signal);
        storedBytes += bytes;
        done += bytes;
        options.onBytes?.(done);
      };
      const totals = await this.#measure(entry, onStored);
      this.#sizes.set(entry.dumpId, { ...totals, storedBytes, chunks: 1 });
    }
    await this.#source.checkEnd();
    return { fingerprint: "", frames: this.#sizes.size, storedBytes: this.#source.storedBytes, diagnostics: [] };
  }

  data(entry: Entry, options: ReadOptions = {}): EntryData {
    const item = this.#item(entry);
    const onStored = (): void => {
      throwIfAborted(options.signal);
    };
    if (entry.data === "large-objects") {
      return { type: "large-objects", pieces: this.#named(entry, piecesOf(this.#source.largeObjects(item, onStored))) };
    }
    if (entry.data === "statements") return { type: "statements", batches: this.#named(entry, this.#statements(item, onStored)) };
    return { type: "rows", batches: this.#named(entry, batchesOf(this.#source.rows(item, onStored))) };
  }

  placeOf(entry: Entry): string | undefined {
    const item = this.#items.get(entry.dumpId);
    if (this.format === "custom") return `Data Pos: ${item?.position.type === "known" ? item.position.offset : 0}`;
    return item === undefined || item.file === "" ? undefined : `File: ${item.file}`;
  }

  close(): Promise<void> {
    return this.#source.close();
  }

  async #measure(entry: Entry, onStored: (bytes: number) => void): Promise<DataTotals> {
    const item = this.#item(entry);
    if (entry.data === "large-objects") {
      let rawBytes = 0;
      for await (const piece of this.#named(entry, piecesOf(this.#source.largeObjects(item, onStored)))) rawBytes += piece.bytes.length;
      return { rows: 0, rawBytes };
    }
    if (entry.data === "statements") {
      const totals = { rows: 0, rawBytes: 0 };
      for await (const { bytes, rows } of this.#named(entry, this.#statements(item, onStored))) {
        totals.rows += rows;
        totals.rawBytes += bytes.length;
      }
      return totals;
    }
    return countRows(this.#named(entry, this.#source.rows(item, onStored))).catch((error: unknown) => {
      throw this.#inEntry(entry, error);
    });
  }

  #item(entry: Entry): TocItem {
    const item = this.#items.get(entry.dumpId);
    if (item?.hasData !== true) throw new PgstowError("internal", `the archive holds no data of ${describeEntry(entry)}`);
    return item;
  }

  #statements(item: TocItem, onStored: (bytes: number) => void): AsyncGenerator<StatementBatch> {
    return statementsOf(this.#source.rows(item, onStored), this.metadata.standardConformingStrings);
  }

  async *#named<T>(entry: Entry, items: AsyncIterable<T>): AsyncGenerator<T> {
    try {
      yield* items;
    } catch (error) {
      throw this.#inEntry(entry, error);
    }
  }

  /** Errors say which entry was being read. */
  #inEntry(entry: Entry, error: unknown): unknown {
    if (!(error instanceof PgstowError) || error.code !== "corrupt" || error.context.entry !== undefined) return error;
    const message =
      error.context.file === undefined
        ? `"${this.#source.name}" is damaged: ${describeEntry(entry)}: ${error.message}`
        : `${error.message}, in the data of ${describeEntry(entry)}`;
    return new PgstowError("corrupt", message, {
      cause: error,
      context: { file: this.#source.name, ...error.context, entry: describeEntry(entry) },
    });
  }
}

function sum(one: DataTotals, other: DataTotals): DataTotals {
  return { rows: one.rows + other.rows, rawBytes: one.rawBytes + other.rawBytes };
}
