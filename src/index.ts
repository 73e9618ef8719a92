import type { Writable } from "node:stream";
import type { ArchiveReader, FolderSink, Sink, VerifyReport } from "./archive/archive.ts";
import { type DumpFormat, formatOfName } from "./archive/format-of-name.ts";
import { openArchive } from "./archive/open.ts";
import { BackupManager as Manager, type BackupManagerOptions } from "./backup/manager.ts";
import { PgstowError } from "./core/errors.ts";
import { type ConvertOptions as RunConvertOptions, type ConvertSummary, runConvert } from "./convert/convert.ts";
import { type DumpOptions as RunDumpOptions, type DumpSummary, runDump } from "./dump/dump.ts";
import { type DumpAllOptions as RunDumpAllOptions, type DumpAllSummary, runDumpAll } from "./dumpall/dumpall.ts";
import { runDumpByProgram } from "./engine/dump.ts";
import type { Engine } from "./engine/engine.ts";
import { runRestoreByProgram } from "./engine/restore.ts";
import { checkLockTimeout } from "./postgres/lock-timeout.ts";
import type { SettingsInput } from "./postgres/settings.ts";
import { type RestoreOptions as RunRestoreOptions, type RestoreSummary, runRestore } from "./restore/restore.ts";
import { type DropOldOptions as RunDropOldOptions, dropOldDatabases as runDropOld } from "./restore/swap/drop-old.ts";
import type { ArchiveStore, StoreOptions } from "./store/archive-store.ts";
import { createLocalFile } from "./store/local-file.ts";
import { createLocalFolder } from "./store/local-folder.ts";
import { processFacts } from "./store/lock.ts";
import { streamSink } from "./store/stream.ts";

export type {
  ArchiveMetadata,
  ArchiveReader,
  ArchiveSummary,
  DataTotals,
  EntryData,
  EntrySize,
  FolderSink,
  LargeObjectPiece,
  PgDumpLayout,
  RowBatch,
  Sink,
  VerifyReport,
} from "./archive/archive.ts";
export type { Entry, Section } from "./archive/entry.ts";
export type { Compression, CompressionMethod } from "./archive/compression/method.ts";
export type { DumpFormat } from "./archive/format-of-name.ts";
export { openArchive } from "./archive/open.ts";
export type { BackupInfo, Verification, VerifyLevel } from "./backup/backup-info.ts";
export type { CreateOptions as CreateBackupOptions } from "./backup/create.ts";
export type { BackupManagerOptions, ListOptions as ListBackupsOptions } from "./backup/manager.ts";
export type { PruneOptions as PruneBackupsOptions, PruneReport } from "./backup/prune.ts";
export type { RemoteConfig, RemoteDumpOptions, RemoteEnvironment, RemoteHooks } from "./backup/remote.ts";
export type { RestoreBackupOptions, RestoreReport } from "./backup/restore.ts";
export type { RetentionDecision, RetentionPolicy } from "./backup/retention.ts";
export type { VerifyBackupOptions } from "./backup/verify.ts";
export type { Diagnostic, DiagnosticSink } from "./core/diagnostics.ts";
export { type ErrorCode, type ErrorContext, PgstowError } from "./core/errors.ts";
export type { Progress, ProgressSink } from "./core/progress.ts";
export type { ConvertSummary } from "./convert/convert.ts";
export type { DumpSummary } from "./dump/dump.ts";
export type { DumpAllSummary } from "./dumpall/dumpall.ts";
export type { Engine } from "./engine/engine.ts";
export type { AskPassword, SettingsInput } from "./postgres/settings.ts";
export type { RestoreSummary } from "./restore/restore.ts";
export type { SwapOptions } from "./restore/swap/swap.ts";
export type { ArchiveStore, SmallFile, StoredFile, StoreOptions, UnfinishedFile } from "./store/archive-store.ts";

/** A postgres:// URI, a keyword string (`host=... dbname=...`), a database's name, or the parts. PG* variables fill in what is missing. */
export type Connection = string | SettingsInput;

/** Where a dump goes: exactly one of `file` and `output`. */
export interface DumpOptions extends Omit<RunDumpOptions, "connection" | "format" | "output"> {
  readonly connection: Connection;
  /** Path. The file appears under its name only when it is whole. For a directory archive a folder that is new or empty. */
  readonly file?: string;
  /** Replace the file when it exists; otherwise that is an error `exists`. */
  readonly force?: boolean;
  /** A stream, which is left open, or a sink of one's own. */
  readonly output?: Writable | Sink | FolderSink;
  /** Without it the file's name decides (`.sql.zst` stow, else plain); an `output` gets a stow archive. */
  readonly format?: DumpFormat;
  /** `pg_dump` lets the pg_dump on PATH do the work; this library ("native") does unless it is given. */
  readonly engine?: Engine;
}

/** Where the script goes: exactly one of `file` and `output`. */
export interface DumpAllOptions extends Omit<RunDumpAllOptions, "connection" | "output"> {
  readonly connection: Connection;
  /** Path. The file appears under its name only when it is whole. */
  readonly file?: string;
  /** Replace the file when it exists; otherwise that is an error `exists`. */
  readonly force?: boolean;
  /** A stream, which is left open, or a sink of one's own. */
  readonly output?: Writable | Sink;
}

/** Where the new archive goes: exactly one of `file` and `output`. */
export interface ConvertOptions extends Omit<RunConvertOptions, "format" | "output"> {
  /** Path; for a directory archive a folder that is new or empty. */
  readonly file?: string;
  /** Replace the file when it exists; otherwise that is an error `exists`. */
  readonly force?: boolean;
  readonly output?: Writable | Sink | FolderSink;
  /** Without it the file's name decides (`.sql.zst` stow, else plain); an `output` gets a stow archive. */
  readonly format?: DumpFormat;
}

export interface RestoreOptions extends Omit<RunRestoreOptions, "connection"> {
  readonly connection: Connection;
  /** `pg_dump` lets the pg_restore on PATH do the work; this library ("native") does unless it is given. */
  readonly engine?: Engine;
}

export interface DropOldOptions extends Omit<RunDropOldOptions, "connection"> {
  /** The database that was swapped. */
  readonly connection: Connection;
}

export interface VerifyOptions {
  readonly signal?: AbortSignal;
  /** Told the bytes checked so far. */
  readonly onBytes?: (bytes: number) => void;
}

/**
 * Dumps a database under one snapshot. Gives rows, raw and stored bytes, the fingerprint (hex SHA-256; "" for plain) and all diagnostics.
 * Throws a PgstowError; then no file is left, finished or not.
 *
 * ```ts
 * const { fingerprint } = await dump({ connection: "postgres://reader@db.example.com/shop", file: "shop.sql.zst" });
 * ```
 */
export async function dump(options: DumpOptions): Promise<DumpSummary> {
  const { connection, file, force, output, format, engine = "native", ...rest } = options;
  checkLockTimeout(options.lockWaitTimeout, "lockWaitTimeout");
  const sink = await openSink(file, output, force ?? false, format);
  try {
    return await (engine === "native" ? runDump : runDumpByProgram)({
      ...rest,
      environment: rest.environment ?? process.env,
      connection: settingsOf(connection),
      format: format ?? (file === undefined ? "stow" : formatOfName(file)),
      output: sink,
    });
  } catch (error) {
    await sink.abort();
    throw error;
  }
}

/**
 * Restores an archive in one transaction, after every hash of it has been checked. Throws a PgstowError whose `context` names the entry,
 * and for rows the table and row; the database is then as it was.
 *
 * ```ts
 * await restore({ archive: "shop.sql.zst", connection: "postgres://owner@localhost/shop_copy" });
 * ```
 */
export function restore(options: RestoreOptions): Promise<RestoreSummary> {
  const { engine = "native", ...rest } = options;
  const run = engine === "native" ? runRestore : runRestoreByProgram;
  return run({ ...rest, environment: options.environment ?? process.env, connection: settingsOf(options.connection) });
}

/**
 * Drops the databases that swaps (`restore` with `swap`) of the connection's database have kept as `NAME_before_TIME`; gives their names.
 * Throws a PgstowError `not-found` when there are none.
 */
export function dropOldDatabases(options: DropOldOptions): Promise<readonly string[]> {
  return runDropOld({ ...options, environment: options.environment ?? process.env, connection: settingsOf(options.connection) });
}

/**
 * Writes the roles, tablespaces and all databases of a server as one script, as pg_dumpall does. Throws a PgstowError; then no file is
 * left, finished or not.
 *
 * ```ts
 * const { databases } = await dumpAll({ connection: "postgres://postgres@db.example.com", file: "server.sql" });
 * ```
 */
export async function dumpAll(options: DumpAllOptions): Promise<DumpAllSummary> {
  const { connection, file, force, output, ...rest } = options;
  checkLockTimeout(options.lockWaitTimeout, "lockWaitTimeout");
  const sink = await openSink(file, output, force ?? false, "plain");
  if ("file" in sink) throw new PgstowError("usage", "all databases are written to one file");
  try {
    return await runDumpAll({ ...rest, environment: rest.environment ?? process.env, connection: settingsOf(connection), output: sink });
  } catch (error) {
    await sink.abort();
    throw error;
  }
}

/**
 * Writes what an archive holds in another format, or less of it: the same entries, ids, dependencies and rows. All of the archive is
 * checked first. Throws a PgstowError; then no file is left, finished or not.
 *
 * ```ts
 * await convert({ archive: "shop.dump", file: "shop.sql.zst" });
 * ```
 */
export async function convert(options: ConvertOptions): Promise<ConvertSummary> {
  const { file, force, output, format, ...rest } = options;
  const sink = await openSink(file, output, force ?? false, format);
  try {
    return await runConvert({ ...rest, format: format ?? (file === undefined ? "stow" : formatOfName(file)), output: sink });
  } catch (error) {
    await sink.abort();
    throw error;
  }
}

/** Checks every stored byte of an archive without a database. Throws a PgstowError `corrupt` that names the place. */
export async function verify(archive: string | ArchiveReader, options: VerifyOptions = {}): Promise<VerifyReport> {
  if (typeof archive !== "string") return archive.verify(options);
  const reader = await openArchive(archive);
  try {
    return await reader.verify(options);
  } finally {
    await reader.close();
  }
}

/**
 * Keeps backups of databases in one store: a folder, `s3://bucket/prefix`, or a store of one's own. PG* variables fill in what a remote's
 * URL leaves open.
 *
 * ```ts
 * const backups = new BackupManager("./backups");
 * const staging = { name: "staging", url: "postgres://owner@db.example.com/shop" };
 * const backup = await backups.createBackup(staging);
 * await backups.restoreBackup(backup, staging, { replace: true });
 * ```
 */
export class BackupManager extends Manager {
  constructor(store: string | StoreOptions | ArchiveStore, options: BackupManagerOptions = {}) {
    super(store, {
      environment: process.env,
      process: processFacts(process),
      // As what a child process says that shares it.
      onHookOutput: (bytes) => process.stderr.write(bytes),
      ...options,
    });
  }
}

function settingsOf(connection: Connection): SettingsInput {
  // Programs without types may leave it out.
  if (typeof connection !== "string" && (typeof connection !== "object" || (connection as unknown) === null)) {
    throw new PgstowError(
      "usage",
      "connection is missing: a postgres:// URI, a keyword string, a database's name, or an object of these parts",
    );
  }
  return typeof connection === "string" ? { dbname: connection } : connection;
}

async function openSink(
  file: string | undefined,
  output: Writable | Sink | FolderSink | undefined,
  force: boolean,
  format: DumpFormat | undefined,
): Promise<Sink | FolderSink> {
  if ((file === undefined) === (output === undefined)) throw new PgstowError("usage", "a dump needs either a file or an output");
  if (file !== undefined) return format === "directory" ? createLocalFolder(file) : createLocalFile(file, { force });
  if (output === undefined) throw new PgstowError("internal", "no output");
  if (!isWritable(output)) return output;
  const sink = streamSink(output, "output");
  // A stream may say that it has written what it only keeps for later, and the memory is used again.
  return { ...sink, write: (bytes) => sink.write(Buffer.from(bytes)) };
}

function isWritable(output: Writable | Sink | FolderSink): output is Writable {
  return "pipe" in output;
}
