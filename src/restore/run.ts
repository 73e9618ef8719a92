import type { ArchiveReader, DataTotals } from "../archive/archive.ts";
import { describeEntry, type Entry } from "../archive/entry.ts";
import type { DiagnosticSink } from "../core/diagnostics.ts";
import { throwIfAborted } from "../core/errors.ts";
import type { ProgressSink } from "../core/progress.ts";
import { actionsOf } from "./actions.ts";
import type { RestoreBehaviour } from "./behaviour.ts";
import { DataAhead } from "./data-ahead.ts";
import { tableFilledBy, tablesMadeBy } from "./copy-statement.ts";
import { explainFailure, explainSessionFailure, type Outcome } from "./failure.ts";
import type { RestorePlan, RestoreStep } from "./plan.ts";
import { type DataJob, sendData } from "./send-data.ts";
import { StatementQueue } from "./statement-queue.ts";
import type { RestoreTarget } from "./target.ts";
import { sayStep } from "./verbose.ts";

export interface RunOptions extends RestoreBehaviour {
  readonly signal?: AbortSignal | undefined;
  /** Rows that nobody has counted before are counted on their way; not if this is false. */
  readonly verify?: boolean | undefined;
  readonly onProgress?: ProgressSink | undefined;
  readonly onDiagnostic?: DiagnosticSink | undefined;
  /** Runs before the first step, within the transaction; gives entries whose steps are left out. */
  readonly prepare?: (() => Promise<ReadonlySet<Entry> | undefined>) | undefined;
}

/** What an archive must be able to do for a plan to be run. */
export type RestorableArchive = Pick<ArchiveReader, "metadata" | "sizes" | "data">;

/** What a run came to. */
export interface RunTotals extends DataTotals {
  /** Errors that were passed over. */
  readonly errors: number;
  /** dumpIds of entries whose objects could not be made. */
  readonly failedToMake: ReadonlySet<number>;
}

/**
 * Carries out a plan on one session: in one transaction, in several, or without any. Statements and rows are sent without waiting for
 * answers where a refused one leaves nothing behind or is passed over. Throws a PgstowError that names the entry; a transaction is then
 * still open or gone, and the caller closes the session.
 */
export async function runPlan(
  target: RestoreTarget,
  archive: RestorableArchive,
  plan: RestorePlan,
  options: RunOptions = {},
): Promise<RunTotals> {
  return new PlanRun(target, archive, plan, options).all();
}

class PlanRun {
  readonly #target: RestoreTarget;
  readonly #archive: RestorableArchive;
  readonly #plan: RestorePlan;
  readonly #options: RunOptions;
  readonly #queue: StatementQueue;
  readonly #data: DataAhead;
  readonly #made: ReadonlySet<string>;
  readonly #transaction: "all" | "none" | number;
  #actions = 0;
  #entriesDone = 0;
  #rows = 0;
  #rawBytes = 0;

  constructor(target: RestoreTarget, archive: RestorableArchive, plan: RestorePlan, options: RunOptions) {
    this.#target = target;
    this.#archive = archive;
    this.#plan = plan;
    this.#options = options;
    this.#transaction = options.transaction ?? "all";
    const onError = this.#transaction === "none" ? (options.onError ?? "stop") : "stop";
    this.#queue = new StatementQueue({
      // Nothing must be run behind a refused statement that no transaction guards; and what is told of each is told in order.
      waits: this.#transaction === "none" && ((onError === "stop" && options.disposable !== true) || options.onStep !== undefined),
      onError,
      room: () => target.room(),
      onFailure: (failure) => options.onFailure?.(failure),
      onHead: (entry) => this.#report(entry),
    });
    this.#data = new DataAhead(archive, plan.steps, options.signal);
    this.#made = this.#transaction === "all" ? tablesMadeBy(plan.steps) : new Set();
  }

  async all(): Promise<RunTotals> {
    try {
      await this.#begin();
      let last: Entry | undefined;
      for (const step of await this.#stepsToRun()) {
        throwIfAborted(this.#options.signal);
        if (last !== undefined && step.entry !== last) this.#entriesDone++;
        if (step.entry !== last) await this.#turnTransaction(step.entry);
        last = step.entry;
        sayStep(step, this.#options.onStep);
        await this.#run(step);
      }
      await this.#settle();
      throwIfAborted(this.#options.signal);
      if (this.#transaction !== "none") await this.#session("COMMIT;", "commit");
      const { errors, failedToMake } = this.#queue;
      return { rows: this.#rows, rawBytes: this.#rawBytes, errors, failedToMake };
    } finally {
      this.#data.close();
    }
  }

  async #stepsToRun(): Promise<readonly RestoreStep[]> {
    const { steps } = this.#plan;
    const leftOut = await this.#options.prepare?.();
    return leftOut === undefined || leftOut.size === 0 ? steps : steps.filter(({ entry }) => !leftOut.has(entry));
  }

  async #begin(): Promise<void> {
    const { settings } = this.#plan;
    // COPY FREEZE and the snapshot of each statement want this level, whatever the database's default is.
    const begin = this.#transaction === "none" ? [] : ["BEGIN ISOLATION LEVEL READ COMMITTED;"];
    const statements = [...begin, ...settings];
    if (statements.length > 0) await this.#session(statements.join("\n"), "start");
  }

  async #session(sql: string, during: "start" | "commit"): Promise<void> {
    try {
      await this.#target.query(sql);
    } catch (error) {
      this.#options.onFailure?.({ entry: undefined, error, command: sql, part: undefined });
      throw explainSessionFailure(error, during, this.#outcome);
    }
  }

  /** With --transaction-size: what has been done so far is kept from time to time. */
  async #turnTransaction(next: Entry): Promise<void> {
    if (typeof this.#transaction !== "number") return;
    if (this.#actions >= this.#transaction) {
      await this.#settle();
      await this.#session("COMMIT;BEGIN ISOLATION LEVEL READ COMMITTED;", "commit");
      this.#actions = 0;
    }
    this.#actions += actionsOf(next);
  }

  async #run(step: RestoreStep): Promise<void> {
    const { entry } = step;
    if (step.type === "sql") {
      await this.#queue.add({ entry, command: step.sql, answer: this.#target.send(step.sql), part: step.part });
    } else if (!(await this.#isLeftOut(entry))) {
      await this.#runData(step);
    }
    this.#check();
  }

  async #isLeftOut(entry: Entry): Promise<boolean> {
    if (this.#options.noDataForFailedTables !== true || this.#transaction !== "none") return false;
    await this.#queue.settle();
    if (!entry.dependencies.some((id) => this.#queue.failedToMake.has(id))) return false;
    this.#options.onStep?.(`table "${entry.tag}" could not be created, will not restore its data`);
    return true;
  }

  async #runData(step: Exclude<RestoreStep, { type: "sql" }>): Promise<void> {
    const { entry } = step;
    const table = step.type === "rows" ? tableFilledBy(step.copy) : undefined;
    const job: DataJob = {
      step,
      data: this.#data.take(step),
      target: this.#target,
      queue: this.#queue,
      encoding: this.#plan.rowsEncoding,
      standardConformingStrings: this.#plan.standardConformingStrings,
      inTransaction: this.#transaction !== "none",
      freeze: (step.type === "rows" && step.freeze === true) || (table !== undefined && this.#made.has(table)),
      rowsExpected: this.#rowsExpected(step),
      onMissingRows: this.#options.onError === "continue" ? (this.#options.onDiagnostic ?? ignore) : undefined,
      onStep: this.#options.onStep,
      onData: (rows, rawBytes) => {
        this.#rows += rows;
        this.#rawBytes += rawBytes;
        this.#report(this.#queue.head ?? entry);
      },
    };
    try {
      await sendData(job);
    } catch (error) {
      // What was refused earlier on is the reason, when there is such a thing.
      await this.#queue.settle();
      this.#check();
      throw explainFailure(error, step.entry, this.#outcome);
    }
  }

  #rowsExpected(step: Exclude<RestoreStep, { type: "sql" }>): DataJob["rowsExpected"] {
    const known = (step.type === "rows" ? step.part : undefined)?.rows ?? this.#archive.sizes.get(step.entry.dumpId)?.rows;
    return known ?? (this.#options.verify === false ? undefined : "sent");
  }

  async #settle(): Promise<void> {
    await this.#queue.settle();
    this.#check();
  }

  /** Ends the run with the first failure that is not passed over. */
  #check(): void {
    const { failure } = this.#queue;
    if (failure === undefined) return;
    throw failure.entry === undefined ? failure.error : explainFailure(failure.error, failure.entry, this.#outcome);
  }

  get #outcome(): Outcome {
    if (this.#options.droppedBefore === true) return "the database that was dropped first is gone";
    return this.#transaction === "all" || this.#options.disposable === true ? "nothing was changed" : "what was done before stays";
  }

  #report(entry: Entry): void {
    this.#options.onProgress?.({
      phase: "restore",
      entry: describeEntry(entry),
      entriesDone: this.#entriesDone,
      entriesTotal: this.#plan.entriesTotal,
      rows: this.#rows,
      rawBytes: this.#rawBytes,
      rawBytesTotal: this.#plan.rawBytesTotal,
    });
  }
}

function ignore(): void {
  // Nobody asked.
}
