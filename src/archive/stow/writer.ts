import { PgstowError } from "../../core/errors.ts";
import { encodeText } from "../../core/text-bytes.ts";
import type { ArchiveSummary, ArchiveWriter, DataRange, DataTotals, EntryData, LargeObjectPiece, WriterOptions } from "../archive.ts";
import type { Entry } from "../entry.ts";
import { inLines } from "../plain/large-object-text.ts";
import { ScriptPrinter } from "../plain/script-printer.ts";
import { ScriptWalk } from "../plain/script-walk.ts";
import { FrameWriter } from "./frame-writer.ts";
import { largeObjectPut } from "./large-object-put.ts";
import { RowsWriter } from "./rows-writer.ts";

export const CHUNK_BYTES_DEFAULT = 1 << 20;

/** Rows that come in one piece. */
const WHOLE: DataRange = { range: 0, ranges: 1 };

export interface StowWriterOptions extends WriterOptions {
  /** Raw bytes that a chunk should not exceed, unless one batch does; 1 MiB unless said otherwise. */
  readonly chunkBytesMax?: number;
  /** zstd level; see src/chunk/LEVEL.md. */
  readonly level?: number;
  /** Worker threads; one per core and at most 4 unless said otherwise. */
  readonly workers?: number;
}

/** Writes a stow archive (FORMAT.md), front to back. */
export async function openStowWriter(options: StowWriterOptions): Promise<ArchiveWriter> {
  const writer = new StowWriter(options);
  await writer.open();
  return writer;
}

class StowWriter implements ArchiveWriter {
  readonly atOnce?: "tables";
  readonly takesRanges?: true;
  readonly #options: StowWriterOptions;
  readonly #chunkBytesMax: number;
  readonly #printer: ScriptPrinter;
  readonly #walk: ScriptWalk;
  readonly #frames: FrameWriter;
  /** Of the entries whose rows are coming. */
  readonly #tables = new Map<number, Promise<RowsWriter>>();
  #script: string[] = [];
  #scriptLength = 0;
  #scriptEntry = 0;
  #textWritten: Promise<void> = Promise.resolve();
  #rows = 0;
  #rawBytes = 0;
  #usable = true;

  constructor(options: StowWriterOptions) {
    this.#options = options;
    if (!isOrderWanted(options)) {
      this.atOnce = "tables";
      this.takesRanges = true;
    }
    this.#chunkBytesMax = options.chunkBytesMax ?? CHUNK_BYTES_DEFAULT;
    this.#printer = new ScriptPrinter(options.metadata, options.script, options.entries);
    this.#walk = new ScriptWalk(this.#printer, options.entries);
    this.#frames = new FrameWriter(options.sink, {
      ...(options.level === undefined ? {} : { level: options.level }),
      ...(options.workers === undefined ? {} : { workers: options.workers }),
    });
  }

  open(): Promise<void> {
    return this.#step(async () => {
      await this.#frames.head();
      await this.#sql(this.#printer.begin(), 0);
    });
  }

  data(entry: Entry, data: EntryData, range: DataRange = WHOLE): Promise<DataTotals> {
    return this.#step(async () => {
      const totals = data.type === "large-objects" ? await this.#largeObjects(entry, data.pieces) : await this.#rowsOf(entry, data, range);
      this.#rows += totals.rows;
      this.#rawBytes += totals.rawBytes;
      return totals;
    });
  }

  /** Each entry's text waits for that of the one before. */
  #textBefore(entry: Entry): Promise<void> {
    return (this.#textWritten = this.#textWritten.then(() => this.#textUpTo(entry)));
  }

  /** The text that is due goes out before rows of any table do. */
  async #textUpTo(entry: Entry): Promise<void> {
    const inAnyOrder = this.atOnce !== undefined && entry.data !== "large-objects";
    for (const piece of this.#walk.upTo(entry, inAnyOrder)) await this.#sql(piece.text, piece.entry.dumpId);
    await this.#flushSql();
  }

  finish(): Promise<ArchiveSummary> {
    return this.#step(async () => {
      const { metadata, script, entries, sink } = this.#options;
      if (this.#tables.size > 0) throw new PgstowError("internal", `ranges of ${this.#tables.size} tables were left out`);
      for (const piece of this.#walk.rest()) await this.#sql(piece.text, piece.entry.dumpId);
      const finished = new Date();
      await this.#sql(this.#printer.end(finished), 0);
      await this.#flushSql();
      const finishedAt = finished.toISOString();
      const { fingerprint, storedBytes } = await this.#frames.finish({ metadata, script, entries, finishedAt });
      await sink.finish();
      this.#usable = false;
      return { rows: this.#rows, rawBytes: this.#rawBytes, storedBytes, fingerprint, finishedAt };
    });
  }

  async abort(): Promise<void> {
    this.#usable = false;
    await this.#frames.close();
    await this.#options.sink.abort();
  }

  /** After its first error the writer does nothing any more: what it would write could look like a whole archive. */
  async #step<T>(work: () => Promise<T>): Promise<T> {
    if (!this.#usable) throw new PgstowError("internal", "the archive writer is finished, or has failed before");
    try {
      return await work();
    } catch (error) {
      this.#usable = false;
      await this.#frames.close();
      throw error;
    }
  }

  #bytes(text: string): Buffer {
    return encodeText(text, this.#options.metadata);
  }

  async #sql(text: string, dumpId: number): Promise<void> {
    if (text === "") return;
    if (this.#scriptEntry === 0) this.#scriptEntry = dumpId;
    this.#script.push(text);
    this.#scriptLength += text.length;
    if (this.#scriptLength >= this.#chunkBytesMax) await this.#flushSql();
  }

  async #flushSql(): Promise<void> {
    if (this.#script.length === 0) return;
    const bytes = this.#bytes(this.#script.join(""));
    const facts = { entry: this.#scriptEntry, range: 0, ordinal: 0, dataBytes: 0, rows: 0, prefixBytes: 0, suffixBytes: 0 };
    this.#script = [];
    this.#scriptLength = 0;
    this.#scriptEntry = 0;
    await this.#frames.frame([bytes], { ...facts, kind: "sql" });
  }

  async #rowsOf(entry: Entry, { type, batches }: Exclude<EntryData, { type: "large-objects" }>, range: DataRange): Promise<DataTotals> {
    let beginning = this.#tables.get(entry.dumpId);
    if (beginning === undefined) this.#tables.set(entry.dumpId, (beginning = this.#beginRows(entry, type, range.ranges)));
    const rows = await beginning;
    const totals = await rows.write(batches, range);
    if (rows.isWhole) this.#tables.delete(entry.dumpId);
    return totals;
  }

  async #beginRows(entry: Entry, type: "rows" | "statements", ranges: number): Promise<RowsWriter> {
    await this.#textBefore(entry);
    const texts = {
      head: this.#bytes(this.#printer.dataHead(entry)),
      copy: this.#bytes(entry.copy),
      tail: this.#bytes(this.#printer.dataTail(entry)),
    };
    return new RowsWriter(this.#frames, { dumpId: entry.dumpId, type, ranges, chunkBytesMax: this.#chunkBytesMax }, texts);
  }

  async #largeObjects(entry: Entry, pieces: AsyncIterable<LargeObjectPiece>): Promise<DataTotals> {
    await this.#textBefore(entry);
    const totals = { rows: 0, rawBytes: 0 };
    let statements: string[] = [];
    let length = 0;
    let dataBytes = 0;
    let prefix = this.#printer.dataHead(entry);
    let ordinal = 0;
    const chunk = async (suffix: string): Promise<void> => {
      const [before, after] = [this.#bytes(prefix), this.#bytes(suffix)];
      const sizes = { dataBytes, rows: 0, prefixBytes: before.length, suffixBytes: after.length };
      const parts = [before, Buffer.from(statements.join(""), "latin1"), after];
      totals.rawBytes += dataBytes;
      statements = [];
      length = 0;
      dataBytes = 0;
      prefix = "";
      await this.#frames.frame(parts, { kind: "large-objects", entry: entry.dumpId, range: 0, ordinal, ...sizes });
      ordinal++;
    };
    for await (const line of inLines(pieces)) {
      const statement = largeObjectPut(line, this.#options.metadata.standardConformingStrings);
      if (length > 0 && length + statement.length > this.#chunkBytesMax) await chunk("");
      statements.push(statement);
      length += statement.length;
      dataBytes += line.bytes.length;
    }
    await chunk(`\n${this.#printer.dataTail(entry)}`);
    return totals;
  }
}

/**
 * Whether tables must be restored in their order: where the session's user changes from one to the other, where each has statements of its
 * own around its rows, and where rows need those of other tables (foreign keys exist when only data is restored).
 */
function isOrderWanted({ script, entries }: StowWriterOptions): boolean {
  if (script.useSetSessionAuthorization || script.disableTriggers) return true;
  const tables = new Set(entries.filter(({ data }) => data === "rows" || data === "statements").map(({ dumpId }) => dumpId));
  return entries.some(({ dumpId, dependencies }) => tables.has(dumpId) && dependencies.some((other) => tables.has(other)));
}
