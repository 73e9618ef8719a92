import type { ArchiveReader, EntryData } from "../archive/archive.ts";
import type { Entry } from "../archive/entry.ts";
import type { RestoreStep } from "./plan.ts";

const TABLES_AHEAD_MAX = 16;
const BYTES_AHEAD_MAX = 8 << 20;
/** Where the archive does not say how large a table is. */
const BYTES_GUESSED = 1 << 20;

interface Opened {
  readonly data: EntryData;
  readonly close: () => Promise<unknown>;
}

/** Hands out the data of entries in the order of the steps, and has the next small tables read and decompressed before they are asked for. */
export class DataAhead {
  readonly #archive: Pick<ArchiveReader, "sizes" | "data">;
  readonly #entries: readonly Entry[];
  readonly #readOptions: { readonly signal?: AbortSignal };
  readonly #opened = new Map<Entry, Opened>();

  constructor(archive: Pick<ArchiveReader, "sizes" | "data">, steps: readonly RestoreStep[], signal: AbortSignal | undefined) {
    this.#archive = archive;
    this.#entries = steps.filter((step) => step.type !== "sql").map((step) => step.entry);
    this.#readOptions = signal === undefined ? {} : { signal };
  }

  take(step: Exclude<RestoreStep, { type: "sql" }>): EntryData {
    const { entry } = step;
    if (step.type === "rows" && step.part !== undefined) return this.#archive.data(entry, { ...this.#readOptions, part: step.part });
    const ready = this.#opened.get(entry);
    this.#opened.delete(entry);
    const data = ready?.data ?? this.#archive.data(entry, this.#readOptions);
    this.#openNext(entry);
    return data;
  }

  /** Gives up what nobody has taken. */
  close(): void {
    for (const { close } of this.#opened.values()) void close().catch(() => undefined);
    this.#opened.clear();
  }

  #openNext(entry: Entry): void {
    let bytes = 0;
    const at = this.#entries.indexOf(entry);
    for (const next of this.#entries.slice(at + 1, at + 1 + TABLES_AHEAD_MAX)) {
      bytes += this.#archive.sizes.get(next.dumpId)?.rawBytes ?? BYTES_GUESSED;
      if (bytes > BYTES_AHEAD_MAX) return;
      if (next.data === "rows" && !this.#opened.has(next)) this.#opened.set(next, this.#open(next));
    }
  }

  #open(entry: Entry): Opened {
    const data = this.#archive.data(entry, this.#readOptions);
    if (data.type !== "rows") return { data, close: () => Promise.resolve() };
    const iterator = data.batches[Symbol.asyncIterator]();
    const first = iterator.next();
    // Who takes it is told.
    first.catch(() => undefined);
    const close = () => Promise.resolve(iterator.return?.());
    return { data: { type: "rows", batches: startedWith(first, iterator) }, close };
  }
}

async function* startedWith<T>(first: Promise<IteratorResult<T>>, iterator: AsyncIterator<T>): AsyncGenerator<T> {
  try {
    for (let next = await first; next.done !== true; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}
