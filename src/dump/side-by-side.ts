import type { ArchiveWriter, DataRange, EntryData } from "../archive/archive.ts";
import type { Entry } from "../archive/entry.ts";
import { rowsAsInserts } from "../copy/rows-as-inserts.ts";
import type { LargeObjectData } from "../objects/large-object/large-object.ts";
import type { TableData } from "../objects/relation/table-data.ts";
import { named } from "./data-reader.ts";
import type { DataPlan, InsertFormOf } from "./data-reader.ts";
import type { Lane } from "./lane.ts";
import { orderedUnits } from "./ordered-units.ts";
import type { PageRange } from "./table-ranges.ts";
import { workUnits } from "./work-units.ts";
import type { WorkUnit } from "./work-units.ts";

/** How the data of an entry, or a range of it, gets into the archive. */
export type WriteData = (entry: Entry, data: EntryData, range?: DataRange) => Promise<void>;

export interface SideBySideOptions {
  readonly plan: DataPlan;
  readonly insertForm: InsertFormOf;
  /** Bytes that an entry's table takes on the server. */
  readonly sizeOf: (entry: Entry) => number;
  /** In which ranges an entry's table is read; none for tables that are read whole. */
  readonly rangesOf: (entry: Entry) => readonly PageRange[];
  readonly write: WriteData;
  /** Whether the archive keeps what comes before its turn. */
  readonly keepsOrder: boolean;
  /** Aborted by `fail`, at the first error. */
  readonly stop: AbortController;
}

/**
 * Reads entries on several sessions at the same time, the largest pieces of work first. What a further session cannot lock falls to the first one,
 * which also reads the large objects, before its share of the tables.
 */
export class SideBySide {
  readonly #lanes: readonly Lane[];
  readonly #options: SideBySideOptions;
  #failure: { readonly error: unknown } | undefined;

  constructor(lanes: readonly Lane[], options: SideBySideOptions) {
    this.#lanes = lanes;
    this.#options = options;
  }

  /** What may be written at the same time: entries whose order nobody minds, all at once; others apart. Throws the first error. */
  async run(groups: readonly (readonly Entry[])[]): Promise<void> {
    for (const group of groups) {
      await this.#runGroup(group);
      if (this.#failure !== undefined) throw this.#failure.error;
    }
  }

  async #runGroup(entries: readonly Entry[]): Promise<void> {
    const objects = entries.filter((entry) => entry.data === "large-objects");
    const tables = entries.filter((entry) => entry.data !== "large-objects");
    const { keepsOrder, sizeOf } = this.#options;
    const waiting = keepsOrder ? orderedUnits(tables, sizeOf, this.#lanes.length) : workUnits(tables, this.#options);
    const refused: WorkUnit[] = [];
    const [first, ...others] = this.#lanes;
    if (first === undefined) throw new Error("there is no session to read rows on");
    const othersDone = Promise.all(others.map((lane) => this.#guard(lane, () => this.#work(lane, waiting, refused))));
    await this.#guard(first, async () => {
      for (const entry of objects) await this.#writeLargeObjects(first, entry);
      await this.#work(first, waiting, refused);
    });
    await othersDone;
    await this.#guard(first, () => this.#work(first, refused, refused));
  }

  async #work(lane: Lane, waiting: WorkUnit[], refused: WorkUnit[]): Promise<void> {
    for (let unit = waiting.shift(); unit !== undefined && this.#failure === undefined; unit = waiting.shift()) {
      const tables = unit.entries.map((entry) => this.#options.plan.objectOf(entry) as TableData);
      if (await lane.claim(tables)) await this.#writeUnit(lane, unit, tables);
      else refused.push(unit);
    }
  }

  async #writeUnit(lane: Lane, { entries, range }: WorkUnit, tables: readonly TableData[]): Promise<void> {
    const { insertForm, write } = this.#options;
    const nextRows = lane.rows(tables, range);
    for (const [at, table] of tables.entries()) {
      const entry = entries[at];
      if (entry === undefined || this.#failure !== undefined) return;
      const rows = nextRows();
      const source = named(entry, entry.data === "rows" ? rows : rowsAsInserts(rows, insertForm(table)));
      const batches = this.#whileNoneFailed(source, lane);
      await write(entry, { type: entry.data === "rows" ? "rows" : "statements", batches }, range);
    }
  }

  async #writeLargeObjects(lane: Lane, entry: Entry): Promise<void> {
    const pieces = await lane.largeObjects(this.#options.plan.objectOf(entry) as LargeObjectData);
    await this.#options.write(entry, { type: "large-objects", pieces: this.#whileNoneFailed(named(entry, pieces), lane) });
  }

  /**
   * Ends what comes with the first error of any session. One of the source is known before the writer hears of it, who then fails what the
   * other sessions write.
   */
  async *#whileNoneFailed<T>(source: AsyncIterable<T>, lane: Lane): AsyncGenerator<T> {
    try {
      for await (const item of source) {
        if (this.#failure !== undefined) throw this.#failure.error;
        yield item;
      }
    } catch (error) {
      this.#fail(error, lane);
      throw error;
    }
  }

  async #guard(lane: Lane, work: () => Promise<void>): Promise<void> {
    try {
      if (this.#failure === undefined) await work();
    } catch (error) {
      this.#fail(error, lane);
    }
  }

  /** The first error ends the work of all sessions; what the others then say of it does not matter. */
  #fail(error: unknown, lane: Lane): void {
    if (this.#failure !== undefined) return;
    this.#failure = { error };
    this.#options.stop.abort(error);
    const first = this.#lanes[0];
    if (first !== lane) void first?.stop();
  }
}

/** Which entries may be under way at the same time, by what the writer can take. */
export function groupsFor(takes: NonNullable<ArchiveWriter["atOnce"]>, entries: readonly Entry[]): Entry[][] {
  if (takes === "all") return [[...entries]];
  const groups: Entry[][] = [];
  let tables: Entry[] | undefined;
  for (const entry of entries) {
    if (entry.data === "large-objects") {
      groups.push([entry]);
      tables = undefined;
    } else if (tables === undefined) groups.push((tables = [entry]));
    else tables.push(entry);
  }
  return groups;
}
