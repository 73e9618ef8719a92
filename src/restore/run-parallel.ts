import type { ArchiveReader, EntryPart } from "../archive/archive.ts";
import { passOf, type Entry } from "../archive/entry.ts";
import { alwaysQuoted } from "../core/identifiers.ts";
import type { Progress } from "../core/progress.ts";
import { tableFilledBy, tablesMadeBy } from "./copy-statement.ts";
import { planOf, type RestoreForm, type RestoreStep, StepPlanner } from "./plan.ts";
import { type RestorableArchive, type RunOptions, runPlan, type RunTotals } from "./run.ts";
import { Schedule, type Task } from "./schedule.ts";
import type { SelectedEntry } from "./selection.ts";
import { splitTables, type SplitOptions } from "./split-tables.ts";
import type { RestoreTarget } from "./target.ts";

export interface ParallelRun {
  readonly archive: RestorableArchive & Pick<ArchiveReader, "entries" | "parts">;
  readonly selected: readonly SelectedEntry[];
  readonly form: RestoreForm;
  readonly options: RunOptions & SplitOptions;
  /** The session that makes what comes before the data. */
  readonly leader: RestoreTarget;
  /** Opens one more session. */
  readonly open: () => Promise<RestoreTarget>;
}

/**
 * Restores without a transaction over several connections: what comes before the data in its order on one of them, then data, indexes and
 * the rest side by side as their dependencies allow. Throws like runPlan; what was done before stays.
 */
export async function runParallel(run: ParallelRun): Promise<RunTotals> {
  const entries = run.selected.map(({ entry }) => entry);
  const serial = entriesBeforeData(entries);
  const tally = new Tally(run);
  const planner = new StepPlanner(run.archive, run.selected, run.form);
  const steps = [...planner.drops(), ...serial.flatMap((entry) => planner.stepsOf(entry))];
  const settings = planner.settings(run.leader.major);
  const { leader, archive, options } = run;
  tally.add(
    await runPlan(leader, archive, { ...tally.plan, settings, steps }, { ...tally.of(0), transaction: "none", prepare: options.prepare }),
  );
  tally.entriesDone = serial.length;

  const rest = entries.filter((entry) => !serial.includes(entry));
  const made = tablesMadeBy(steps.filter(({ entry }) => !tally.totals.failedToMake.has(entry.dumpId)));
  const split = splitTables(archive, rest, made, options);
  const schedule = new Schedule(rest, { ...scheduleFacts(run), split });
  const gate = new Gate();
  const workers = Math.min(options.jobs, Math.max(1, rest.length));
  const outcomes = await Promise.allSettled(
    Array.from({ length: workers }, (_, number) => new Worker(run, tally, schedule, gate, made, number).work()),
  );
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed === undefined) return tally.totals;
  if (options.disposable !== true)
    await emptyUnfinished(
      leader,
      [...split.keys()].filter((entry) => !tally.isWhole(entry)),
    );
  throw failed.reason;
}

/** A table has all of its rows or none, whoever sent them. */
async function emptyUnfinished(leader: RestoreTarget, entries: readonly Entry[]): Promise<void> {
  // What fails here fails for the reason that is told anyway: the session is gone.
  for (const entry of entries) await leader.query(truncation(entry)).catch(() => undefined);
}

function truncation({ schema, tag }: Entry): string {
  const name = [schema, tag].filter((part) => part !== null).map(alwaysQuoted);
  return `TRUNCATE TABLE ONLY ${name.join(".")};`;
}

/** What is made before the data, and what belongs to that. */
function entriesBeforeData(entries: readonly Entry[]): Entry[] {
  const firstLater = entries.findIndex(({ section }) => section === "data" || section === "post-data");
  const early = (entry: Entry, at: number): boolean =>
    entry.section === "pre-data" || (entry.section === "none" && (firstLater < 0 || at < firstLater));
  return entries.filter((entry, at) => passOf(entry) === "main" && early(entry, at));
}

function scheduleFacts({ archive }: ParallelRun) {
  const dataOfTable = new Map<number, number>();
  for (const entry of archive.entries) {
    const [table] = entry.dependencies;
    if (entry.kind === "TABLE DATA" && table !== undefined) dataOfTable.set(table, entry.dumpId);
  }
  const byId = new Map(archive.entries.map((entry) => [entry.dumpId, entry]));
  return { byId, dataOfTable, sizeOf: (id: number) => archive.sizes.get(id)?.rawBytes ?? 0 };
}

/** Lets sessions without work wait until one of the others has done something. */
class Gate {
  #waiting: (() => void)[] = [];
  failed = false;

  wait(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  open(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** One of the sessions that work side by side. */
class Worker {
  readonly #run: ParallelRun;
  readonly #tally: Tally;
  readonly #schedule: Schedule;
  readonly #gate: Gate;
  readonly #made: ReadonlySet<string>;
  readonly #number: number;

  constructor(run: ParallelRun, tally: Tally, schedule: Schedule, gate: Gate, made: ReadonlySet<string>, number: number) {
    this.#run = run;
    this.#tally = tally;
    this.#schedule = schedule;
    this.#gate = gate;
    this.#made = made;
    this.#number = number;
  }

  async work(): Promise<void> {
    try {
      await this.#work();
    } catch (error) {
      this.#gate.failed = true;
      throw error;
    } finally {
      this.#gate.open();
    }
  }

  async #work(): Promise<void> {
    const { selected, form, archive } = this.#run;
    const target = this.#number === 0 ? this.#run.leader : await this.#run.open();
    try {
      const planner = new StepPlanner(archive, selected, form);
      await target.query(planner.settings(target.major).join("\n"));
      while (!this.#gate.failed && !this.#tally.isDone) {
        const task = this.#schedule.next();
        if (task === undefined) await this.#gate.wait();
        else await this.#restore(target, planner, task);
      }
    } finally {
      if (target !== this.#run.leader) await target.close();
    }
  }

  async #restore(target: RestoreTarget, planner: StepPlanner, task: Task): Promise<void> {
    const { archive } = this.#run;
    const { entry, part } = task;
    const steps = this.#isLeftOut(entry) ? [] : planner.stepsOf(entry).flatMap((step) => this.#forSession(step, part));
    const run = { ...this.#tally.of(this.#number), transaction: "none" as const };
    const totals = await runPlan(target, archive, { ...this.#tally.plan, settings: [], steps }, run);
    this.#tally.add(totals);
    if (totals.errors > 0 && part !== undefined) this.#tally.broken.add(entry);
    if (this.#schedule.done(task)) {
      if (this.#tally.broken.has(entry)) await target.query(truncation(entry));
      this.#tally.done(entry);
    }
    this.#gate.open();
  }

  #isLeftOut({ data, dependencies }: Entry): boolean {
    if (this.#run.options.noDataForFailedTables !== true || data === "none") return false;
    return dependencies.some((id) => this.#tally.totals.failedToMake.has(id));
  }

  #forSession(step: RestoreStep, part: EntryPart | undefined): RestoreStep[] {
    if (step.type !== "rows" || part === undefined) return this.#inTransaction(step);
    return [{ ...step, part }];
  }

  /** Rows of a table that this restore has made need no write-ahead log of their own, and come as old ones. */
  #inTransaction(step: RestoreStep): RestoreStep[] {
    const table = step.type === "rows" ? tableFilledBy(step.copy) : undefined;
    if (step.type !== "rows" || table === undefined || !this.#made.has(table)) return [step];
    const { entry } = step;
    const sql = (text: string): RestoreStep => ({ type: "sql", entry, part: "setting", sql: text });
    return [sql("BEGIN;"), sql(truncation(entry)), { ...step, freeze: true }, sql("COMMIT;")];
  }
}

/** What all sessions together have done. */
class Tally {
  readonly plan: ReturnType<typeof planOf>;
  readonly #options: RunOptions;
  readonly #underWay = new Map<number, { rows: number; rawBytes: number }>();
  #totals: RunTotals = { rows: 0, rawBytes: 0, errors: 0, failedToMake: new Set() };
  /** Entries some of whose rows were refused. */
  readonly broken = new Set<Entry>();
  readonly #whole = new Set<Entry>();
  entriesDone = 0;

  constructor({ archive, selected, options }: ParallelRun) {
    this.plan = planOf(archive, selected);
    const { prepare: _, ...others } = options;
    this.#options = others;
  }

  get totals(): RunTotals {
    return this.#totals;
  }

  get isDone(): boolean {
    return this.entriesDone >= this.plan.entriesTotal;
  }

  done(entry: Entry): void {
    this.#whole.add(entry);
    this.entriesDone++;
  }

  /** Whether all rows of the entry have come, from whatever session. */
  isWhole(entry: Entry): boolean {
    return this.#whole.has(entry);
  }

  add(more: RunTotals): void {
    const { rows, rawBytes, errors, failedToMake } = this.#totals;
    this.#totals = {
      rows: rows + more.rows,
      rawBytes: rawBytes + more.rawBytes,
      errors: errors + more.errors,
      failedToMake: new Set([...failedToMake, ...more.failedToMake]),
    };
  }

  /** The options of one session's next run. */
  of(session: number): RunOptions {
    const { onProgress } = this.#options;
    this.#underWay.delete(session);
    if (onProgress === undefined) return this.#options;
    return { ...this.#options, onProgress: (progress) => onProgress(this.#together(session, progress)) };
  }

  #together(session: number, progress: Progress): Progress {
    this.#underWay.set(session, { rows: progress.rows, rawBytes: progress.rawBytes });
    let { rows, rawBytes } = this.#totals;
    for (const one of this.#underWay.values()) {
      rows += one.rows;
      rawBytes += one.rawBytes;
    }
    return { ...progress, entriesDone: this.entriesDone, rows, rawBytes };
  }
}
