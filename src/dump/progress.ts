import type { RowBatch } from "../archive/archive.ts";
import { describeEntry } from "../archive/entry.ts";
import type { Entry } from "../archive/entry.ts";
import type { Progress, ProgressSink } from "../core/progress.ts";

/** Counts what a dump has done and tells whoever listens. */
export class DumpProgress {
  readonly #sink: ProgressSink | undefined;
  #state: Progress = { phase: "catalog", entriesDone: 0, entriesTotal: 0, rows: 0, rawBytes: 0, rawBytesTotal: 0 };

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

  endEntry(): void {
    this.#tell({ entriesDone: this.#state.entriesDone + 1 });
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
