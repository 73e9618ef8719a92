import type { Diagnostic } from "../core/diagnostics.ts";
import type { Entry } from "./entry.ts";

/** What an archive says of itself. Times are ISO 8601 in UTC. Holds no secret. */
export interface ArchiveMetadata {
  readonly database: string;
  /** The server's `server_version` setting ("18.4", "16.11 (Debian ...)") and its `server_version_num`. */
  readonly serverVersion: string;
  readonly serverVersionNum: number;
  /** Version of pgstow that wrote it. */
  readonly toolVersion: string;
  /** Client encoding of all text in the archive, as PostgreSQL spells it. */
  readonly encoding: string;
  /**
   * The texts of metadata and entries are bytes of that encoding, one character each: a dump's are unless it is in UTF8. A reader gives
   * Unicode, and bytes only where they are none of the encoding's.
   */
  readonly textIsBytes?: boolean;
  readonly standardConformingStrings: boolean;
  readonly rowSecurity: boolean;
  readonly startedAt: string;
  /** Options that shaped the dump, by flag name. */
  readonly options: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}

/** How a script is printed; the same for plain output, the SQL of stow archives, and pg_restore's -f. */
export interface ScriptOptions {
  /** Print the drop statements first (--clean), with IF EXISTS (--if-exists). */
  readonly clean: boolean;
  readonly ifExists: boolean;
  /** Print the database's own entries and reconnect (--create). */
  readonly create: boolean;
  readonly noOwner: boolean;
  readonly useSetSessionAuthorization: boolean;
  /** Superuser name for --disable-triggers; "" for none. */
  readonly superuser: string;
  /** Wrap each table's rows in DISABLE and ENABLE TRIGGER ALL. */
  readonly disableTriggers: boolean;
  readonly noTablespaces: boolean;
  readonly noTableAccessMethod: boolean;
  readonly verbose: boolean;
  /** Key of the \restrict and \unrestrict lines; null for none (programs before August 2025). */
  readonly restrictKey: string | null;
  /** What `-- Dumped by pg_dump version` says. */
  readonly dumpedBy: string;
  /** Become this role first. */
  readonly role?: string;
  /** Wrap the script in one transaction. */
  readonly singleTransaction?: boolean;
  /** With `verbose`, of a script that is made of an archive: where it has an entry ("Data Pos: 4711"). All dependencies are shown then. */
  readonly placeOf?: (entry: Entry) => string | undefined;
}

/**
 * Rows in COPY text format, cut at a row's end. `bytes` belongs to whoever received it last; `rows` is how many line feeds end a row
 * in it; it shares its ArrayBuffer with nothing that is still in use, because it may be transferred to another thread.
 */
export interface RowBatch {
  readonly bytes: Uint8Array;
  readonly rows: number;
}

/**
 * Rows as INSERT statements (--inserts and its kin), in the archive's encoding. A batch holds whole statements, each with its `;` and
 * line feed, and nothing else: whoever restores it runs `bytes` as one script, with client_encoding set to the archive's encoding, and
 * the entry has no `copy` statement. `rows` is how many rows the batch inserts; a reader that sees only text counts one to a statement.
 * A statement may be long (--rows-per-insert), and a batch is never shorter than one. Buffers are as those of RowBatch.
 */
export interface StatementBatch {
  readonly bytes: Uint8Array;
  readonly rows: number;
}

/** A piece of one large object; `first` opens it and `last` closes it. An empty object is one piece without bytes. */
export interface LargeObjectPiece {
  readonly oid: number;
  readonly bytes: Uint8Array;
  readonly first: boolean;
  readonly last: boolean;
}

export type EntryData =
  | { readonly type: "rows"; readonly batches: AsyncIterable<RowBatch> }
  | { readonly type: "statements"; readonly batches: AsyncIterable<StatementBatch> }
  | { readonly type: "large-objects"; readonly pieces: AsyncIterable<LargeObjectPiece> };

/** One of the ranges that a table's rows are read in: `range` of `ranges`, counted from 0 in the order of the table. */
export interface DataRange {
  readonly range: number;
  readonly ranges: number;
}

/** Totals of one data entry, or of a whole archive. */
export interface DataTotals {
  readonly rows: number;
  /** Raw bytes of rows or of large objects, without statements around them. */
  readonly rawBytes: number;
}

/** What a finished archive came to. */
export interface ArchiveSummary extends DataTotals {
  /** Bytes written to the sink. */
  readonly storedBytes: number;
  /** Hex SHA-256 that stands for the whole archive; "" for formats without one. */
  readonly fingerprint: string;
  /** When the last of it was written: ISO 8601 in UTC; "" when the format does not say. */
  readonly finishedAt: string;
}

/** What every writer is opened with: the whole table of contents, already selected and in its order. */
export interface WriterOptions {
  readonly metadata: ArchiveMetadata;
  readonly entries: readonly Entry[];
  readonly script: ScriptOptions;
  readonly sink: Sink;
}

/**
 * Writes one archive. Created by the format with the whole table of contents; then `data` is called once for every entry that has
 * data, in the order of the table of contents; then `finish`. After an error, or instead of `finish`, `abort`: a writer is unusable
 * after its first error, and an aborted archive leaves nothing behind.
 */
export interface ArchiveWriter {
  /**
   * What `data` may also be called for before it has come to an end for others, and in any order: any entry, or tables with no large objects
   * between them in the table of contents. One at a time unless it says so.
   */
  readonly atOnce?: "all" | "tables";
  /**
   * With `atOnce`: data stands in the order of the table of contents all the same. What comes before its turn is kept until then, so it is
   * better to begin with what comes first.
   */
  readonly keepsOrder?: true;
  /**
   * Whether the rows of a table may come in ranges, each with a call of `data` of its own, in any order and at the same time. The table is
   * there when all of them are; whoever reads it again gets its rows in the order of the ranges.
   */
  readonly takesRanges?: true;
  /** Gives the totals of what came with this call. */
  data(entry: Entry, data: EntryData, range?: DataRange): Promise<DataTotals>;
  finish(): Promise<ArchiveSummary>;
  abort(): Promise<void>;
}

/** Where an archive's bytes go. `finish` makes the archive visible under its name, `abort` leaves no trace of it. */
export interface Sink {
  /** Resolves when the bytes are no longer needed; the caller may overwrite or free them then. */
  write(bytes: Uint8Array): Promise<void>;
  finish(): Promise<void>;
  abort(): Promise<void>;
  /** Reads back what has been written, where that is possible; a writer checks its index so before `finish`. */
  readBack?(offset: number, length: number): Promise<Uint8Array>;
  /** Replaces bytes that have been written, where that is possible; what is written afterwards goes to the end as ever. */
  overwrite?(offset: number, bytes: Uint8Array): Promise<void>;
  /** Name for a temporary file beside what is written; whoever makes one removes it. Without a name it goes where temporary files go. */
  readonly spoolPath?: string;
}

/** Where an archive of several files goes. `file` makes one of them; all must be finished before the whole is. */
export interface FolderSink {
  /** For messages. */
  readonly name: string;
  file(name: string): Promise<Sink>;
  finish(): Promise<void>;
  abort(): Promise<void>;
}

/** Bytes that can be read anywhere: a local file, an object in a store. */
export interface RandomAccess {
  /** For messages: a path or an address. */
  readonly name: string;
  readonly size: number;
  /** Exactly `length` bytes in a buffer of their own; a PgstowError `file` when they cannot be had. */
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** What `verify` found. */
export interface VerifyReport {
  readonly fingerprint: string;
  readonly frames: number;
  readonly storedBytes: number;
  readonly diagnostics: readonly Diagnostic[];
}

/** Size of one data entry in an archive. */
export interface EntrySize extends DataTotals {
  readonly storedBytes: number;
  readonly chunks: number;
}

/** Some of the rows of an entry, which stand together and can be had by themselves. */
export interface EntryPart extends DataTotals {
  /** From 0, in the order of the rows. */
  readonly number: number;
  /** Rows of the parts before it. */
  readonly rowsBefore: number;
  readonly chunks: number;
  readonly chunksBefore: number;
}

/** What an archive in one of pg_dump's formats says of its own form, as `pg_restore -l` shows it. */
export interface PgDumpLayout {
  /** Version and revision: "1.14-0". */
  readonly version: string;
  /** A level up to version 1.14, from then on a method. */
  readonly compression: string;
  readonly intBytes: number;
  readonly offsetBytes: number;
  /** How many items its table of contents has, those included that are no entries. */
  readonly items: number;
  readonly serverVersion: string | null;
  readonly dumpVersion: string | null;
}

/** An open archive. Readers hand out data in any order of entries; batches of one entry come in order. */
export interface ArchiveReader {
  readonly format: "stow" | "custom" | "directory" | "tar";
  /** Only of pg_dump's formats. */
  readonly layout?: PgDumpLayout;
  /** What a script of a stow archive says after `Dumped by pg_dump version`. */
  readonly dumpedBy?: string;
  readonly metadata: ArchiveMetadata;
  /** In the order of the table of contents. */
  readonly entries: readonly Entry[];
  /** Of pg_dump's formats: items that are no entries, but say how the others are to be read. They stand in front of the entries. */
  readonly special?: readonly Entry[];
  /** Sizes by dumpId, of entries that have data; those of pg_dump's formats are known once `verify` has read them. */
  readonly sizes: ReadonlyMap<number, EntrySize>;
  readonly summary: ArchiveSummary;
  /**
   * Checks every stored byte without a database. Throws a PgstowError `corrupt` that names the place.
   * `onBytes` is told the bytes checked so far.
   */
  verify(options?: { readonly signal?: AbortSignal; readonly onBytes?: (bytes: number) => void }): Promise<VerifyReport>;
  /** Where it has an entry, as pg_restore --verbose says it; undefined for nowhere. */
  placeOf?(entry: Entry): string | undefined;
  /** The data of one entry, or of a part of it; throws `corrupt` when a chunk does not match its hash. */
  data(entry: Entry, options?: { readonly signal?: AbortSignal; readonly part?: EntryPart }): EntryData;
  /** Cuts an entry's rows into so many parts of about one size, or less; only where a part can be read without the others. */
  parts?(entry: Entry, count: number): readonly EntryPart[];
  close(): Promise<void>;
}
