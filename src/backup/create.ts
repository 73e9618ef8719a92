import type { Sink } from "../archive/archive.ts";
import type { Diagnostic, DiagnosticSink } from "../core/diagnostics.ts";
import { PgstowError } from "../core/errors.ts";
import type { ProgressSink } from "../core/progress.ts";
import { runDump } from "../dump/dump.ts";
import type { DumpSummary } from "../dump/dump.ts";
import type { AskPassword, Environment } from "../postgres/settings.ts";
import { checkLockTimeout } from "../postgres/lock-timeout.ts";
import { resolveSettings } from "../postgres/settings.ts";
import type { ArchiveStore } from "../store/archive-store.ts";
import { acquireLock } from "../store/lock.ts";
import type { ProcessFacts } from "../store/lock.ts";
import { backupInfo, notesOf } from "./backup-info.ts";
import type { BackupInfo } from "./backup-info.ts";
import { changeCatalogue, withFacts } from "./catalogue-file.ts";
import { runRemoteHook } from "./remote-hooks.ts";
import { backupFileName, baseName, idOfFileName, newBackupId, timeOfId } from "./names.ts";
import type { RemoteConfig, RemoteDumpOptions } from "./remote.ts";

/** What the work on backups needs from its surroundings. */
export interface BackupContext {
  readonly store: ArchiveStore;
  /** PG* variables that fill in what a remote's URL leaves open. */
  readonly environment: Environment;
  readonly process: ProcessFacts | undefined;
  readonly askPassword: AskPassword | undefined;
  /** Takes what hooks print. */
  readonly onHookOutput: (bytes: Uint8Array) => void;
  /** Keys of the store. */
  readonly secrets: readonly string[];
}

export interface WorkOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ProgressSink | undefined;
  readonly onDiagnostic?: DiagnosticSink | undefined;
}

export interface CreateOptions extends WorkOptions {
  /** Words for people; shown in lists. */
  readonly label?: string | undefined;
  /** Names by which backups can be kept and filtered. */
  readonly tags?: readonly string[] | undefined;
  /** On top of the remote's own. */
  readonly dump?: RemoteDumpOptions | undefined;
}

/** Dumps a remote's database into the store, under a name that sorts by time. One at a time for each remote; `busy` otherwise. */
export async function createBackup(context: BackupContext, remote: RemoteConfig, options: CreateOptions): Promise<BackupInfo> {
  checkLockTimeout({ ...remote.dump, ...options.dump }.lockWaitTimeout, "lockWaitTimeout");
  const { store } = context;
  const lock = await acquireLock(store, `${remote.name}/.lock`, { purpose: `backup of "${remote.name}"`, process: context.process });
  try {
    const draft = await draftOf(context, remote, options);
    const hook = (name: "before" | "after" | "failed", input: unknown, signal?: AbortSignal) =>
      runRemoteHook(context, remote, name, input, signal);
    try {
      await hook("before", draft, options.signal);
      const backup = await write(context, remote, draft, options);
      await warnOf(options, hook("after", backup, options.signal));
      return backup;
    } catch (error) {
      await warnOf(options, hook("failed", { ...draft, error: error instanceof Error ? error.message : String(error) }));
      throw error;
    }
  } finally {
    await lock.release();
  }
}

/** What is known before the dump: names and places. */
type Draft = Pick<BackupInfo, "id" | "remote" | "database" | "name" | "file" | "label" | "tags">;

async function draftOf(context: BackupContext, remote: RemoteConfig, options: CreateOptions): Promise<Draft> {
  const { database } = await resolveSettings({ dbname: remote.url }, context.environment);
  const id = newBackupId(await nextTime(context.store, remote.name, options));
  const name = backupFileName(remote.name, database, id);
  return {
    id,
    remote: remote.name,
    database,
    name,
    file: context.store.addressOf(name),
    label: options.label ?? null,
    tags: options.tags ?? [],
  };
}

/** Now; or, when a clock was wrong once, just behind the newest backup, so that the newest one is always the last. */
async function nextTime(store: ArchiveStore, folder: string, options: CreateOptions): Promise<Date> {
  const now = new Date();
  const times = (await store.list(folder)).map(({ name }) => timeOfId(idOfFileName(name))?.getTime() ?? 0);
  const newest = Math.max(0, ...times);
  // A second backup within one second, or two machines whose clocks differ by some.
  if (newest < Math.floor(now.getTime() / 1000) * 1000) return now;
  if (newest > now.getTime() + 60_000) {
    options.onDiagnostic?.({
      severity: "warning",
      code: "clock",
      message: `the newest backup of "${folder}" is from ${new Date(newest).toISOString()}, later than now; this one is named as if made just after it`,
      hint: "The clock of this machine, or of the one that made that backup, is or was wrong.",
    });
  }
  return new Date(newest + 1000);
}

async function write(context: BackupContext, remote: RemoteConfig, draft: Draft, options: CreateOptions): Promise<BackupInfo> {
  const sink = await context.store.create(draft.name);
  const summary = await dumpInto(sink, context, remote, draft, options);
  const file = (await context.store.list(remote.name)).find(({ name }) => name === draft.name);
  if (file === undefined) throw new PgstowError("file", `"${draft.file}" is gone as soon as it was written`);
  const facts = factsOfSummary(draft, summary);
  const base = baseName(draft.name);
  const remember = changeCatalogue(context.store, remote.name, context.process, (catalogue) =>
    withFacts(catalogue, new Map([[base, { version: file.version, facts }]]), new Set([...Object.keys(catalogue.files), base])),
  );
  await warnOf(options, remember);
  return backupInfo(facts, file, draft.file, []);
}

function dumpInto(sink: Sink, context: BackupContext, remote: RemoteConfig, draft: Draft, options: CreateOptions): Promise<DumpSummary> {
  return runDump({
    ...remote.dump,
    ...options.dump,
    connection: { dbname: remote.url, askPassword: context.askPassword },
    environment: context.environment,
    format: "stow",
    output: sink,
    notes: notesOf(draft),
    signal: options.signal,
    onProgress: options.onProgress,
    onDiagnostic: options.onDiagnostic,
  });
}

function factsOfSummary(draft: Draft, summary: DumpSummary) {
  const { metadata } = summary;
  const notes = notesOf(draft);
  return {
    id: draft.id,
    database: metadata.database,
    label: draft.label,
    tags: draft.tags,
    rawBytes: summary.rawBytes,
    checksum: summary.fingerprint,
    startedAt: metadata.startedAt,
    finishedAt: summary.finishedAt,
    serverVersion: metadata.serverVersion,
    toolVersion: metadata.toolVersion,
    tables: summary.tables,
    rows: summary.rows,
    entries: summary.entries,
    options: Object.fromEntries(Object.entries(metadata.options).filter(([name]) => !(name in notes))),
  };
}

/** What fails after the backup stands is a warning. */
async function warnOf(options: WorkOptions, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof PgstowError)) throw error;
    const warning: Diagnostic = { severity: "warning", code: "after-backup", message: error.message };
    options.onDiagnostic?.(error.hint === undefined ? warning : { ...warning, hint: error.hint });
  }
}
