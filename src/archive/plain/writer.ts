import { freeBytes } from "../../chunk/free.ts";
import { encodeText } from "../../core/text-bytes.ts";
import type { TextForm } from "../../core/text-bytes.ts";
import type { ArchiveSummary, ArchiveWriter, DataTotals, EntryData, Sink, WriterOptions } from "../archive.ts";
import { CompressedSink } from "../compression/compressed-sink.ts";
import { checkLevel } from "../compression/method.ts";
import type { Compression } from "../compression/method.ts";
import type { Entry } from "../entry.ts";
import { checkBatch } from "../row-batch.ts";
import { inLines, largeObjectText } from "./large-object-text.ts";
import { ScriptPrinter } from "./script-printer.ts";
import { ScriptWalk } from "./script-walk.ts";

const TEXT_BYTES_BUFFERED = 256 * 1024;
const END_OF_ROWS = Buffer.from("\\.\n");

export interface PlainWriterOptions extends WriterOptions {
  /** Not at all unless given. */
  readonly compression?: Compression;
}

/** Writes a plain SQL script, byte for byte what pg_dump writes, compressed as a whole where that is wanted. */
export function openPlainWriter({ compression, ...options }: PlainWriterOptions): Promise<ArchiveWriter> {
  if (compression === undefined || compression.method === "none") return Promise.resolve(new PlainWriter(options));
  checkLevel(compression);
  const sink = new CompressedSink(options.sink, compression);
  return Promise.resolve(new PlainWriter({ ...options, sink }, () => sink.storedBytes));
}

class PlainWriter implements ArchiveWriter {
  readonly #options: WriterOptions;
  readonly #printer: ScriptPrinter;
  readonly #walk: ScriptWalk;
  readonly #out: TextSink;
  readonly #storedBytes: () => number;
  #rows = 0;
  #rawBytes = 0;

  constructor(options: WriterOptions, storedBytes: () => number = () => this.#out.storedBytes) {
    this.#options = options;
    this.#storedBytes = storedBytes;
    this.#printer = new ScriptPrinter(options.metadata, options.script, options.entries);
    this.#walk = new ScriptWalk(this.#printer, options.entries);
    this.#out = new TextSink(options.sink, options.metadata);
    this.#out.buffer(this.#printer.begin());
  }

  async data(entry: Entry, data: EntryData): Promise<DataTotals> {
    for (const piece of this.#walk.upTo(entry)) await this.#out.text(piece.text);
    await this.#out.text(this.#printer.dataHead(entry));
    const totals = data.type === "large-objects" ? await this.#largeObjects(data.pieces) : await this.#rowsOf(entry, data);
    await this.#out.text(this.#printer.dataTail(entry));
    this.#rows += totals.rows;
    this.#rawBytes += totals.rawBytes;
    return totals;
  }

  async finish(): Promise<ArchiveSummary> {
    for (const piece of this.#walk.rest()) await this.#out.text(piece.text);
    const finishedAt = new Date();
    await this.#out.text(this.#printer.end(finishedAt));
    await this.#out.flush();
    await this.#options.sink.finish();
    return {
      rows: this.#rows,
      rawBytes: this.#rawBytes,
      storedBytes: this.#storedBytes(),
      fingerprint: "",
      finishedAt: finishedAt.toISOString(),
    };
  }

  abort(): Promise<void> {
    return this.#options.sink.abort();
  }

  async #rowsOf(entry: Entry, { type, batches }: Exclude<EntryData, { type: "large-objects" }>): Promise<DataTotals> {
    let rows = 0;
    let rawBytes = 0;
    await this.#out.text(entry.copy);
    for await (const batch of batches) {
      checkBatch(batch);
      rows += batch.rows;
      rawBytes += batch.bytes.length;
      await this.#out.bytes(batch.bytes);
      freeBytes(batch.bytes);
    }
    if (type === "rows") await this.#out.bytes(END_OF_ROWS);
    return { rows, rawBytes };
  }

  async #largeObjects(pieces: Extract<EntryData, { type: "large-objects" }>["pieces"]): Promise<DataTotals> {
    let rawBytes = 0;
    await this.#out.text("BEGIN;\n\n");
    for await (const line of inLines(pieces)) {
      await this.#out.text(largeObjectText(line, this.#options.metadata.standardConformingStrings));
      rawBytes += line.bytes.length;
    }
    await this.#out.text("COMMIT;\n\n");
    return { rows: 0, rawBytes };
  }
}

/** Gathers short texts, so that a script of many small entries is not as many writes. */
class TextSink {
  readonly #sink: Sink;
  readonly #form: TextForm;
  #pending: string[] = [];
  #pendingLength = 0;
  storedBytes = 0;

  constructor(sink: Sink, form: TextForm) {
    this.#sink = sink;
    this.#form = form;
  }

  buffer(text: string): void {
    this.#pending.push(text);
    this.#pendingLength += text.length;
  }

  async text(text: string): Promise<void> {
    this.buffer(text);
    if (this.#pendingLength >= TEXT_BYTES_BUFFERED) await this.flush();
  }

  async bytes(bytes: Uint8Array): Promise<void> {
    if (this.#pendingLength > 0) await this.flush();
    this.storedBytes += bytes.length;
    await this.#sink.write(bytes);
  }

  async flush(): Promise<void> {
    const bytes = encodeText(this.#pending.join(""), this.#form);
    this.#pending = [];
    this.#pendingLength = 0;
    if (bytes.length === 0) return;
    this.storedBytes += bytes.length;
    await this.#sink.write(bytes);
  }
}
