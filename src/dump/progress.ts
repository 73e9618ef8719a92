import type { RowBatch } from "../archive/archive.ts";
import { describeEntry } from "../archive/entry.ts";
import type { Entry } from "../archive/entry.ts";
import type { Progress, ProgressSink } from "../core/progress.ts";

/** Counts what a dump has done and tells whoever listens. */
export class DumpProgress {
  readonly #sink: ProgressSink | undefined;
  #state: Progress = { phase: "catalog", entriesDone: 0, entriesTotal: 0, rows: 0, rawBytes: 0, rawBytesTotal: 0 };

  #partsDone = 0;

  constructor(sink: ProgressSink | undefined) {
    this.#sink = sink;
    this.#tell({});
  }

  #tell(change: Partial<Progress>): void {
    this.#state = { ...this.#state, ...change };
    this.#sink?.(this.#state);
  }

  /** The data starts: so many entries have some, of so many bytes by the server's estimate. */
  startData(entriesTotal: number, rawBytesTotal: number): void {
    this.#tell({ phase: "data", entriesTotal, rawBytesTotal });
  }

  startEntry(entry: Entry): void {
    this.#tell({ entry: describeEntry(entry) });
  }

  /** An entry is done, or one of so many ranges of it. */
  endEntry(ranges = 1): void {
    this.#partsDone += 1 / ranges;
    // Parts of three are no whole number, but for rounding.
    this.#tell({ entriesDone: Math.floor(this.#partsDone + 1e-6) });
  }

  bytes(rawBytes: number, rows: number): void {
    this.#tell({ rawBytes: this.#state.rawBytes + rawBytes, rows: this.#state.rows + rows });
  }

  finish(): void {
    this.#tell({ phase: "finish" });
  }

  /** The same batches, counted as they pass. */
  async *watchRows(batches: AsyncIterable<RowBatch>): AsyncIterable<RowBatch> {
    for await (const batch of batches) {
      // Counted first: whoever takes the batch may hand its memory on.
      this.bytes(batch.bytes.length, batch.rows);
      yield batch;
    }
  }
}
