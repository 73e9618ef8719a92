import type { ArchiveReader, DataTotals, RowBatch } from "../archive/archive.ts";
import { describeEntry, type Entry } from "../archive/entry.ts";
import { PgstowError, throwIfAborted } from "../core/errors.ts";
import { quoteLiteral } from "../core/literals.ts";
import type { ProgressSink } from "../core/progress.ts";
import { batchesOf, type SqlStep } from "./batches.ts";
import { explainFailure, explainSessionFailure, tableOf } from "./failure.ts";
import { restoreLargeObjects } from "./large-objects.ts";
import type { RestorePlan, RestoreStep } from "./plan.ts";
import type { RestoreTarget } from "./target.ts";

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ProgressSink | undefined;
  /** Runs within the transaction, before the first step; gives entries whose steps are left out. */
  readonly prepare?: (() => Promise<ReadonlySet<Entry> | undefined>) | undefined;
}

/**
 * Carries out a plan in one transaction and commits it. Throws a PgstowError that names the entry; the transaction is then still open
 * or gone, and the caller closes the session.
 */
export async function runPlan(
  target: RestoreTarget,
  archive: Pick<ArchiveReader, "metadata" | "sizes" | "data">,
  plan: RestorePlan,
  options: RunOptions = {},
): Promise<DataTotals> {
  const run = new PlanRun(target, archive, plan, options);
  return run.all();
}

class PlanRun {
  readonly #target: RestoreTarget;
  readonly #archive: Pick<ArchiveReader, "metadata" | "sizes" | "data">;
  readonly #plan: RestorePlan;
  readonly #options: RunOptions;
  #rows = 0;
  #rawBytes = 0;
  readonly #done = new Set<number>();

  constructor(target: RestoreTarget, archive: Pick<ArchiveReader, "metadata" | "sizes" | "data">, plan: RestorePlan, options: RunOptions) {
    this.#target = target;
    this.#archive = archive;
    this.#plan = plan;
    this.#options = options;
  }

  async all(): Promise<DataTotals> {
    await this.#begin();
    for (const batch of batchesOf(await this.#prepare())) {
      throwIfAborted(this.#options.signal);
      if (batch.type === "sql") await this.#runStatements(batch.steps);
      else await this.#runData(batch);
    }
    throwIfAborted(this.#options.signal);
    await this.#commit();
    return { rows: this.#rows, rawBytes: this.#rawBytes };
  }

  async #begin(): Promise<void> {
    try {
      await this.#target.query(["BEGIN;", ...this.#plan.settings].join("\n"));
    } catch (error) {
      throw explainSessionFailure(error, "start");
    }
  }

  async #prepare(): Promise<readonly RestoreStep[]> {
    const { steps } = this.#plan;
    const leftOut = await this.#options.prepare?.();
    return leftOut === undefined || leftOut.size === 0 ? steps : steps.filter(({ entry }) => !leftOut.has(entry));
  }

  async #commit(): Promise<void> {
    try {
      await this.#target.query("COMMIT;");
    } catch (error) {
      throw explainSessionFailure(error, "commit");
    }
  }

  async #runStatements(steps: readonly SqlStep[]): Promise<void> {
    const [first] = steps;
    if (first !== undefined) this.#report(first.entry);
    const refused = await this.#target.runParts(steps.map(({ sql }) => sql));
    const culprit = refused === undefined ? undefined : steps[refused.index];
    if (refused !== undefined) throw culprit === undefined ? refused.error : explainFailure(refused.error, culprit.entry);
    for (const { entry } of steps) this.#done.add(entry.dumpId);
  }

  async #runData(step: Exclude<RestoreStep, SqlStep>): Promise<void> {
    this.#report(step.entry);
    try {
      if (step.type === "rows") await this.#copyRows(step.entry, step.copy);
      else await this.#writeLargeObjects(step.entry);
    } catch (error) {
      throw explainFailure(error, step.entry);
    }
    this.#done.add(step.entry.dumpId);
  }

  async #copyRows(entry: Entry, copy: string): Promise<void> {
    const data = this.#archive.data(entry, this.#readOptions());
    if (data.type !== "rows") throw new PgstowError("internal", "the archive has large objects where rows belong");
    const rows = await this.#target.copyIn(this.#inEncoding(copy), this.#countBytes(entry, data.batches));
    const expected = this.#archive.sizes.get(entry.dumpId)?.rows;
    if (expected !== undefined && rows !== expected) {
      throw new PgstowError("server", `the server took ${String(rows)} rows of ${String(expected)}`, {
        context: { table: tableOf(entry) },
        hint: "A trigger or rule of the table may keep rows out; --disable-triggers (with --data-only) switches triggers off.",
      });
    }
  }

  /** The statement itself, with its names, goes to the server in UTF8 like all others. */
  #inEncoding(copy: string): string {
    const { rowsEncoding } = this.#plan;
    if (rowsEncoding === null) return copy;
    return copy.replace(/ FROM stdin;\s*$/i, () => ` FROM stdin WITH (ENCODING ${quoteLiteral(rowsEncoding)});\n`);
  }

  async *#countBytes(entry: Entry, batches: AsyncIterable<RowBatch>): AsyncGenerator<Uint8Array> {
    for await (const { bytes, rows } of batches) {
      yield bytes;
      this.#rows += rows;
      this.#rawBytes += bytes.length;
      this.#report(entry);
    }
  }

  async #writeLargeObjects(entry: Entry): Promise<void> {
    const data = this.#archive.data(entry, this.#readOptions());
    if (data.type !== "large-objects") throw new PgstowError("internal", "the archive has rows where large objects belong");
    await restoreLargeObjects(this.#target, data.pieces, (bytes) => {
      this.#rawBytes += bytes;
      this.#report(entry);
    });
  }

  #readOptions(): { signal?: AbortSignal } {
    return this.#options.signal === undefined ? {} : { signal: this.#options.signal };
  }

  #report(entry: Entry): void {
    this.#options.onProgress?.({
      phase: "restore",
      entry: describeEntry(entry),
      entriesDone: this.#done.size,
      entriesTotal: this.#plan.entriesTotal,
      rows: this.#rows,
      rawBytes: this.#rawBytes,
      rawBytesTotal: this.#plan.rawBytesTotal,
    });
  }
}
