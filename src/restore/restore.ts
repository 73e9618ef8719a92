import type { ArchiveReader, DataTotals } from "../archive/archive.ts";
import type { Entry } from "../archive/entry.ts";
import { openArchive } from "../archive/open.ts";
import type { Diagnostic, DiagnosticSink } from "../core/diagnostics.ts";
import { alwaysQuoted } from "../core/identifiers.ts";
import { throwIfAborted } from "../core/errors.ts";
import type { ProgressSink } from "../core/progress.ts";
import { type Environment, resolveSettings, type SettingsInput } from "../postgres/settings.ts";
import { openRestoreTarget } from "./open-target.ts";
import { planRestore, type RestoreForm } from "./plan.ts";
import { runPlan } from "./run.ts";
import { type RestoreSelection, type SelectedEntry, selectEntries } from "./selection.ts";
import type { RestoreTarget } from "./target.ts";

export interface RestoreOptions extends Omit<RestoreSelection, "create">, RestoreForm {
  /** Path of an archive, or an open one, which stays open. */
  readonly archive: string | ArchiveReader;
  /** The database to restore into. */
  readonly connection: SettingsInput;
  /** PG* variables that fill in what the connection leaves open; none unless given. */
  readonly environment?: Environment;
  /** SET ROLE to this before anything is made. */
  readonly role?: string;
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
  /** Fingerprint of the archive that was restored. */
  readonly fingerprint: string;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Restores an archive in one transaction: all of it or nothing. Every hash of the archive is checked before the target is connected to.
 * Throws a PgstowError; unless its message says otherwise, the target is as it was.
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
  const diagnostics: Diagnostic[] = [];
  const diagnose: DiagnosticSink = (diagnostic) => {
    diagnostics.push(diagnostic);
    options.onDiagnostic?.(diagnostic);
  };
  const selected = selectEntries(archive.entries, options);
  const settings = await resolveSettings(
    { ...options.connection, onDiagnostic: options.connection.onDiagnostic ?? diagnose },
    options.environment ?? {},
  );
  const { fingerprint } = await verifyFirst(archive, options);

  const target = await openRestoreTarget(settings, options.signal, diagnose);
  try {
    for (const diagnostic of compareVersions(archive, target)) diagnose(diagnostic);
    await options.inspectTarget?.(target, selected);
    const plan = planRestore(archive, selected, options, target.major);
    const settingsWithRole = options.role === undefined ? plan.settings : [...plan.settings, `SET ROLE ${alwaysQuoted(options.role)};`];
    const totals = await runPlan(target, archive, { ...plan, settings: settingsWithRole }, {
      ...options,
      prepare: async () => options.prepareTarget?.(target, selected),
    });
    return { ...totals, entries: plan.entriesTotal, fingerprint, diagnostics };
  } finally {
    await target.close();
  }
}

async function verifyFirst(archive: ArchiveReader, options: RestoreOptions): Promise<{ fingerprint: string }> {
  const { storedBytes } = archive.summary;
  const report = await archive.verify({
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    onBytes: (bytes) => {
      options.onProgress?.({
        phase: "verify",
        entriesDone: 0,
        entriesTotal: archive.entries.length,
        rows: 0,
        rawBytes: bytes,
        rawBytesTotal: storedBytes,
      });
    },
  });
  return report;
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
