import type { ArchiveReader, DataTotals } from "../archive/archive.ts";
import type { Entry } from "../archive/entry.ts";
import { openArchive } from "../archive/open.ts";
import type { Diagnostic, DiagnosticSink } from "../core/diagnostics.ts";
import { PgstowError, throwIfAborted } from "../core/errors.ts";
import { quoteLiteral } from "../core/literals.ts";
import type { ProgressSink } from "../core/progress.ts";
import { type ConnectionSettings, type Environment, resolveSettings, type SettingsInput } from "../postgres/settings.ts";
import { analyzeTables } from "./analyze.ts";
import type { RestoreBehaviour } from "./behaviour.ts";
import { makeDatabase, makesDatabase } from "./make-database.ts";
import { openRestoreTarget } from "./open-target.ts";
import { planRestore, type RestoreForm } from "./plan.ts";
import { runPlan, type RunTotals } from "./run.ts";
import { runParallel } from "./run-parallel.ts";
import { type RestoreSelection, type SelectedEntry, selectEntries } from "./selection.ts";
import { checkSwapArchive, checkSwapOptions } from "./swap/check-options.ts";
import { swapDatabase, type SwapOptions } from "./swap/swap.ts";
import type { RestoreTarget } from "./target.ts";
import { verifyFirst } from "./verify-first.ts";

export interface RestoreOptions extends RestoreSelection, RestoreForm, RestoreBehaviour {
  /** Path of an archive, or an open one, which stays open. */
  readonly archive: string | ArchiveReader;
  /** The database to restore into. */
  readonly connection: SettingsInput;
  /** PG* variables that fill in what the connection leaves open; none unless given. */
  readonly environment?: Environment;
  /** Make the archive's database, connected to the one that `connection` names, and restore into it. */
  readonly create?: boolean;
  /**
   * The archive's hashes are checked before anything else; on unless it is false. pg_dump's formats have none: all of their data is read
   * beforehand only where damage that shows in the middle of a restore would leave something behind.
   */
  readonly verify?: boolean;
  /** What index builds may use: a number of kilobytes, or text with PostgreSQL's units ("1GB"). */
  readonly maintenanceWorkMem?: string;
  /**
   * With `jobs`, raw bytes from which on a table's rows may be sent by several sessions; 64 MB unless given. Such a table's rows are cut into
   * parts when it is larger than a session's share of all data.
   */
  readonly splitTablesLargerThan?: number;
  /**
   * Restores into a new database beside the target, over `jobs` sessions (2 unless given), which then takes its place. The target has to exist,
   * and the archive is restored as a whole.
   */
  readonly swap?: SwapOptions;
  /** Gather statistics on the restored tables at the end. */
  readonly analyze?: boolean;
  /** Aborting cancels what is running on the server and rolls back. */
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressSink;
  readonly onDiagnostic?: DiagnosticSink;
  /** Looks at the target before the transaction begins; what it throws ends the restore, with nothing touched. */
  readonly inspectTarget?: (target: RestoreTarget, selected: readonly SelectedEntry[]) => Promise<void>;
  /** Changes the target within the transaction, before the first entry; gives the entries that are to be left out. */
  readonly prepareTarget?: (target: RestoreTarget, selected: readonly SelectedEntry[]) => Promise<ReadonlySet<Entry>>;
}

/** What a restore came to. */
export interface RestoreSummary extends DataTotals {
  /** Entries restored. */
  readonly entries: number;
  /** Errors that were passed over (`onError: "continue"`). */
  readonly errors: number;
  /** Fingerprint of the archive that was restored. */
  readonly fingerprint: string;
  readonly diagnostics: readonly Diagnostic[];
  /** After a swap: the name under which the old database is kept, null when it was dropped. */
  readonly oldDatabase?: string | null;
}

/**
 * Restores an archive, in one transaction unless the options say otherwise: all of it or nothing. Every hash of the archive is checked
 * before the target is connected to. Throws a PgstowError; unless its message says otherwise, the target is as it was.
 */
export async function runRestore(options: RestoreOptions): Promise<RestoreSummary> {
  throwIfAborted(options.signal);
  const archive = typeof options.archive === "string" ? await openArchive(options.archive) : options.archive;
  try {
    return await restoreFrom(archive, options);
  } finally {
    if (archive !== options.archive) await archive.close();
  }
}

async function restoreFrom(archive: ArchiveReader, options: RestoreOptions): Promise<RestoreSummary> {
  checkBehaviour(options);
  if (options.swap !== undefined) checkSwapArchive(archive.entries);
  const diagnostics: Diagnostic[] = [];
  const onDiagnostic: DiagnosticSink = (diagnostic) => {
    diagnostics.push(diagnostic);
    options.onDiagnostic?.(diagnostic);
  };
  const selected = selectEntries(archive.entries, options);
  const settings = await resolveSettings(
    { ...options.connection, onDiagnostic: options.connection.onDiagnostic ?? onDiagnostic },
    options.environment ?? {},
  );
  const fingerprint = await verifyFirst(
    archive,
    selected.map(({ entry }) => entry),
    options,
  );

  const open = (where: ConnectionSettings) => openRestoreTarget(where, options.signal, onDiagnostic, archive.metadata.textIsBytes);
  options.onStep?.("connecting to database for restore");
  const rest = { entries: selected.length, fingerprint, diagnostics };
  if (options.swap !== undefined) {
    const { swap, signal, role } = options;
    const { result, kept } = await swapDatabase({ settings, role, signal, onDiagnostic, options: swap }, (staging) =>
      restoreInto(archive, selected, { ...options, ...swapBehaviour(options), onDiagnostic }, () => open(staging)),
    );
    return { ...result, ...rest, oldDatabase: kept };
  }
  const made = options.create === true ? await makeDatabase(archive, selected, options, settings, open) : undefined;
  try {
    const work = { ...options, onDiagnostic, droppedBefore: made?.dropped === true };
    const wanted = made === undefined ? selected : selected.filter((one) => !makesDatabase(one));
    const totals = await restoreInto(archive, wanted, work, () => open(made?.settings ?? settings));
    return { ...totals, ...rest, errors: totals.errors + (made?.errors ?? 0) };
  } catch (error) {
    if (isAtomic(options)) await made?.undo();
    throw error;
  }
}

/** Restores into the database that `open` connects to. */
async function restoreInto(
  archive: ArchiveReader,
  selected: readonly SelectedEntry[],
  options: RestoreOptions & { readonly onDiagnostic: DiagnosticSink },
  open: () => Promise<RestoreTarget>,
): Promise<RunTotals> {
  const openTuned = async () => tuned(await open(), options);
  const target = await openTuned();
  try {
    for (const diagnostic of compareVersions(archive, target)) options.onDiagnostic(diagnostic);
    await options.inspectTarget?.(target, selected);
    const { jobs = 1 } = options;
    const form = options;
    const run = { ...options, prepare: async () => options.prepareTarget?.(target, selected) };
    const totals =
      jobs > 1 || options.disposable === true
        ? await runParallel({ archive, selected, form, options: { ...run, jobs }, leader: target, open: openTuned })
        : await runPlan(target, archive, planRestore(archive, selected, form, target.major), run);
    if (options.analyze === true) await analyzeTables(target, selected, options);
    return totals;
  } finally {
    await target.close();
  }
}

async function tuned(target: RestoreTarget, { maintenanceWorkMem, disposable, jobs = 1 }: RestoreOptions): Promise<RestoreTarget> {
  const settings = [
    ...(maintenanceWorkMem === undefined ? [] : [`SET maintenance_work_mem = ${quoteLiteral(maintenanceWorkMem)};`]),
    // A session may have to wait for the work of another one.
    ...(jobs > 1 && target.major >= 14 ? ["SET idle_session_timeout = 0;"] : []),
    // The switch waits until all of it is on disk, and that the old database may only be read says nothing of the new one.
    ...(disposable === true ? ["SET synchronous_commit = off;", "SET default_transaction_read_only = off;"] : []),
  ];
  try {
    if (settings.length > 0) await target.query(settings.join("\n"));
    return target;
  } catch (error) {
    await target.close();
    throw error;
  }
}

/** Several sessions and no transaction, because nobody sees the database before all is well. */
function swapBehaviour({ jobs = 2 }: RestoreOptions): RestoreBehaviour {
  return { jobs, transaction: "none", onError: "stop", disposable: true };
}

function isAtomic({ transaction = "all" }: RestoreOptions): boolean {
  return transaction === "all";
}

function checkBehaviour(options: RestoreOptions): void {
  if (options.swap !== undefined) checkSwapOptions(options);
  else if ((options.jobs ?? 1) > 1 && options.transaction !== "none") {
    throw new PgstowError("usage", "a restore over several connections cannot be a transaction", {
      hint: "Leave out jobs, or say transaction: none.",
    });
  }
}

function* compareVersions(archive: ArchiveReader, target: RestoreTarget): Generator<Diagnostic> {
  const source = Math.floor(archive.metadata.serverVersionNum / 10000);
  if (target.major >= source) return;
  yield {
    severity: "warning",
    code: "older-target",
    message: `the archive comes from PostgreSQL ${String(source)}, the target is older: ${String(target.major)}`,
    hint: "Statements that the older server does not know end the restore, and nothing is changed then.",
  };
}
