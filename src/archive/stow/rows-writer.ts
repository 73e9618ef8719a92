import { PgstowError } from "../../core/errors.ts";
import type { DataRange, DataTotals, RowBatch } from "../archive.ts";
import { checkBatch } from "../row-batch.ts";
import { SearchChoice } from "../../chunk/search-choice.ts";
import type { FrameWriter } from "./frame-writer.ts";

const END_OF_ROWS = "\\.\n";

/** What stands around the rows of an entry, in the archive's encoding. */
export interface RowsTexts {
  /** Comment and settings, once before all rows. */
  readonly head: Uint8Array;
  /** The COPY statement, in every chunk; empty for INSERT statements. */
  readonly copy: Uint8Array;
  /** Blank lines and the like, once after all rows. */
  readonly tail: Uint8Array;
}

export interface RowsForm {
  readonly dumpId: number;
  readonly type: "rows" | "statements";
  readonly ranges: number;
  readonly chunkBytesMax: number;
}

/** Rows that are on their way into a chunk. */
interface Pending {
  readonly batches: RowBatch[];
  bytes: number;
}

/**
 * Writes the rows of one entry as chunks, each a whole COPY statement or whole INSERT statements; from one source, or from several ranges
 * of the table at the same time. In the file the first chunk has the entry's head, the last one its tail, of whichever range they are.
 */
export class RowsWriter {
  readonly #frames: FrameWriter;
  readonly #form: RowsForm;
  readonly #texts: RowsTexts;
  readonly #endOfRows: Uint8Array;
  readonly #search = new SearchChoice();
  readonly #seen = new Set<number>();
  #left: number;
  #first: Promise<void> | undefined;
  #lastOfRange: Promise<void> = Promise.resolve();

  constructor(frames: FrameWriter, form: RowsForm, texts: RowsTexts) {
    this.#frames = frames;
    this.#form = form;
    this.#texts = texts;
    this.#endOfRows = Buffer.from(form.type === "rows" ? END_OF_ROWS : "");
    this.#left = form.ranges;
  }

  /** All ranges are written. */
  get isWhole(): boolean {
    return this.#left === 0;
  }

  async write(source: AsyncIterable<RowBatch>, { range, ranges }: DataRange): Promise<DataTotals> {
    const { dumpId, chunkBytesMax } = this.#form;
    if (ranges !== this.#form.ranges || range >= ranges || this.#seen.has(range)) {
      throw new PgstowError("internal", `range ${range} of ${ranges} of entry ${dumpId} is not one that is due`);
    }
    this.#seen.add(range);
    const totals = { rows: 0, rawBytes: 0 };
    let pending: Pending = { batches: [], bytes: 0 };
    let ordinal = 0;
    for await (const batch of source) {
      checkBatch(batch);
      totals.rows += batch.rows;
      totals.rawBytes += batch.bytes.length;
      if (pending.bytes > 0 && pending.bytes + batch.bytes.length > chunkBytesMax) {
        await this.#chunk(pending, { range, ordinal: ordinal++ }, false);
        pending = { batches: [], bytes: 0 };
      }
      pending.batches.push(batch);
      pending.bytes += batch.bytes.length;
    }
    await this.#endRange(pending, { range, ordinal });
    return totals;
  }

  /** Ranges end one after the other: which of them is the last is known only when the others' chunks have their places. */
  #endRange(pending: Pending, place: { readonly range: number; readonly ordinal: number }): Promise<void> {
    return (this.#lastOfRange = this.#lastOfRange.then(async () => {
      const isLast = this.#left === 1;
      // Ranges without rows leave no trace; a table without rows does.
      if (pending.batches.length > 0 || isLast) await this.#chunk(pending, place, isLast);
      this.#left--;
    }));
  }

  /** The chunk with the head gets its place before any other. */
  async #chunk(pending: Pending, place: { readonly range: number; readonly ordinal: number }, isLast: boolean): Promise<void> {
    if (this.#first === undefined) await (this.#first = this.#frame(pending, place, { isFirst: true, isLast }));
    else {
      await this.#first;
      await this.#frame(pending, place, { isFirst: false, isLast });
    }
  }

  #frame(
    { batches, bytes: dataBytes }: Pending,
    { range, ordinal }: { readonly range: number; readonly ordinal: number },
    { isFirst, isLast }: { readonly isFirst: boolean; readonly isLast: boolean },
  ): Promise<void> {
    const { head, copy, tail } = this.#texts;
    const before = Buffer.concat(isFirst ? [head, copy] : [copy]);
    const after = Buffer.concat(isLast ? [this.#endOfRows, tail] : [this.#endOfRows]);
    const rows = batches.reduce((sum, batch) => sum + batch.rows, 0);
    const { dumpId: entry, type: kind } = this.#form;
    const sizes = { dataBytes, rows, prefixBytes: before.length, suffixBytes: after.length };
    const parts = [before, ...batches.map((batch) => batch.bytes), after];
    return this.#frames.frame(parts, { kind, entry, range, ordinal, ...sizes }, this.#search);
  }
}
