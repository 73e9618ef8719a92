import type { Writable } from "node:stream";
import type { ArchiveReader, FolderSink, Sink, VerifyReport } from "./archive/archive.ts";
import { type DumpFormat, formatOfName } from "./archive/format-of-name.ts";
import { openArchive } from "./archive/open.ts";
import { PgstowError } from "./core/errors.ts";
import { type DumpOptions as RunDumpOptions, type DumpSummary, runDump } from "./dump/dump.ts";
import type { SettingsInput } from "./postgres/settings.ts";
import { type RestoreOptions as RunRestoreOptions, type RestoreSummary, runRestore } from "./restore/restore.ts";
import { createLocalFile } from "./store/local-file.ts";
import { createLocalFolder } from "./store/local-folder.ts";
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
export type { Diagnostic, DiagnosticSink } from "./core/diagnostics.ts";
export { type ErrorCode, type ErrorContext, PgstowError } from "./core/errors.ts";
export type { Progress, ProgressSink } from "./core/progress.ts";
export type { DumpSummary } from "./dump/dump.ts";
export type { AskPassword, SettingsInput } from "./postgres/settings.ts";
export type { RestoreSummary } from "./restore/restore.ts";

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
}

export interface RestoreOptions extends Omit<RunRestoreOptions, "connection"> {
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
  const { connection, file, force, output, format, ...rest } = options;
  const sink = await openSink(file, output, force ?? false, format);
  try {
    return await runDump({
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
  return runRestore({ ...options, environment: options.environment ?? process.env, connection: settingsOf(options.connection) });
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
