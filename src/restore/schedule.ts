import type { EntryPart } from "../archive/archive.ts";
import { type Entry, type Pass, passOf } from "../archive/entry.ts";

const passes: readonly Pass[] = ["main", "acl", "last"];

/** An entry that is to be restored, or some of its rows. */
export interface Task {
  readonly entry: Entry;
  readonly part: EntryPart | undefined;
}

interface Job extends Task {
  /** Bytes of the data that it is about. */
  readonly size: number;
  /** How long it takes beside other jobs on the same data: a rough order. */
  readonly effort: number;
  readonly dependencies: readonly number[];
  /** Tables, or their data, that it locks against everything else that depends on them. */
  readonly locks: readonly number[];
}

/** What the schedule must know of the archive. */
export interface ScheduleFacts {
  /** Everything in the archive, by dumpId. */
  readonly byId: ReadonlyMap<number, Entry>;
  /** dumpIds of tables to those of their data. */
  readonly dataOfTable: ReadonlyMap<number, number>;
  readonly sizeOf: (dumpId: number) => number;
  /** Entries whose rows are restored side by side. */
  readonly split: ReadonlyMap<Entry, readonly EntryPart[]>;
}

/**
 * Which entry may be restored next while others are under way: what it depends on is done, nothing that runs locks what it needs, and
 * its pass has come. What takes long comes first, so that nobody is left with it at the end: large tables, then of a table's indexes the
 * dearest; keys before them, for nothing else can be done on the table meanwhile. Foreign keys come after everything else that could be
 * done as well.
 */
export class Schedule {
  /** In the order in which they are best done. */
  #waiting: Job[];
  /** dumpIds of entries that are not done yet, with how many tasks each still is. */
  readonly #open: Map<number, number>;
  readonly #running = new Set<Job>();
  #pass = 0;

  /** What is not among the entries counts as done. */
  constructor(entries: readonly Entry[], facts: ScheduleFacts) {
    this.#open = new Map(entries.map((entry) => [entry.dumpId, facts.split.get(entry)?.length ?? 1]));
    const jobs = entries.flatMap((entry) => jobsOf(entry, facts));
    this.#waiting = jobs.sort((a, b) => rankOf(a) - rankOf(b) || b.size - a.size || b.effort - a.effort || a.entry.dumpId - b.entry.dumpId);
  }

  /** The next task; undefined when there is none now, or no more at all. */
  next(): Task | undefined {
    for (;;) {
      const job = this.#waiting.find((one) => this.#isReady(one));
      if (job !== undefined) return this.#start(job);
      if (this.#running.size > 0 || this.#waiting.length === 0) return undefined;
      // Entries that wait for each other are done in their order, after everything else of their pass.
      if (this.#pass < passes.length - 1) this.#pass++;
      else return this.#start(this.#waiting[0]!);
    }
  }

  /** Whether that was the last of the entry. */
  done(task: Task): boolean {
    const { dumpId } = task.entry;
    for (const job of this.#running) if (job === task) this.#running.delete(job);
    const left = (this.#open.get(dumpId) ?? 1) - 1;
    if (left > 0) this.#open.set(dumpId, left);
    else this.#open.delete(dumpId);
    return left <= 0;
  }

  #start(job: Job): Task {
    this.#waiting = this.#waiting.filter((one) => one !== job);
    this.#running.add(job);
    return job;
  }

  #isReady(job: Job): boolean {
    if (passes.indexOf(passOf(job.entry)) > this.#pass) return false;
    if (job.dependencies.some((id) => this.#open.has(id))) return false;
    return ![...this.#running].some((other) => excludes(job, other) || excludes(other, job));
  }
}

function jobsOf(entry: Entry, facts: ScheduleFacts): Job[] {
  const { dependencies } = entry;
  const parts = facts.split.get(entry);
  if (parts === undefined) return [jobOf(entry, facts)];
  return parts.map((part) => ({ entry, part, size: part.rawBytes, effort: 0, dependencies, locks: [] }));
}

function jobOf(entry: Entry, { byId, dataOfTable, sizeOf }: ScheduleFacts): Job {
  const { dumpId, section, kind } = entry;
  const part = undefined;
  if (section !== "post-data") return { entry, part, size: sizeOf(dumpId), effort: 0, dependencies: entry.dependencies, locks: [] };
  // What is made after the data waits for the data, not for the table.
  const dependencies = entry.dependencies.map((id) => dataOfTable.get(id) ?? id);
  const tables = dependencies.filter((id) => ["TABLE", "TABLE DATA"].includes(byId.get(id)?.kind ?? ""));
  const size = Math.max(0, ...dependencies.map(sizeOf));
  // Indexes of one table are built side by side.
  return { entry, part, size, effort: effortOf(entry), dependencies, locks: kind === "INDEX" ? [] : tables };
}

/** From the most to the least: keys, indexes that compute what they hold, on several columns, on one, on some rows, on ranges of pages. */
function effortOf({ kind, create }: Entry): number {
  if (kind === "CONSTRAINT") return 6;
  const [, method, columns = "", next] = / USING (\w+) \(([^()]*)(.)/.exec(create) ?? [];
  if (kind !== "INDEX" || method === undefined) return 0;
  if (method === "brin") return 1;
  const isSimple = method === "btree" || method === "hash";
  if (!isSimple || next === "(") return 5;
  if (create.includes(" WHERE ")) return 2;
  return columns.includes(",") ? 4 : 3;
}

function rankOf({ entry }: Job): number {
  return entry.kind === "FK CONSTRAINT" ? 1 : 0;
}

function excludes(one: Job, other: Job): boolean {
  return one.locks.some((id) => other.dependencies.includes(id));
}
