import type { ArchiveMetadata, ArchiveSummary, FolderSink, Sink } from "../archive/archive.ts";
import type { Compression } from "../archive/compression/method.ts";
import type { DumpFormat } from "../archive/format-of-name.ts";
import type { Diagnostic, DiagnosticSink } from "../core/diagnostics.ts";
import type { ProgressSink } from "../core/progress.ts";
import type { Section } from "../core/section.ts";
import type { Environment, SettingsInput } from "../postgres/settings.ts";

/** What to dump, from where, to where. Names of options are pg_dump's; patterns are psql's. */
export interface DumpOptions {
  readonly connection: SettingsInput;
  /** PG* variables that fill in what the connection leaves open; none unless given. */
  readonly environment?: Environment | undefined;
  readonly format: DumpFormat;
  /** Takes the archive's bytes, or the files of a directory archive; finished when the dump succeeds, aborted when it fails. */
  readonly output: Sink | FolderSink;

  readonly schemas?: readonly string[] | undefined;
  readonly excludeSchemas?: readonly string[] | undefined;
  readonly tables?: readonly string[] | undefined;
  readonly tablesAndChildren?: readonly string[] | undefined;
  readonly excludeTables?: readonly string[] | undefined;
  readonly excludeTablesAndChildren?: readonly string[] | undefined;
  readonly excludeTableData?: readonly string[] | undefined;
  readonly excludeTableDataAndChildren?: readonly string[] | undefined;
  readonly extensions?: readonly string[] | undefined;
  readonly excludeExtensions?: readonly string[] | undefined;
  /** Patterns of foreign servers whose tables' rows are dumped too. */
  readonly includeForeignData?: readonly string[] | undefined;
  readonly strictNames?: boolean | undefined;
  /** What the database has and no kind models is an error instead of a warning. */
  readonly strict?: boolean | undefined;

  readonly schemaOnly?: boolean | undefined;
  readonly dataOnly?: boolean | undefined;
  readonly noSchema?: boolean | undefined;
  readonly noData?: boolean | undefined;
  /** The planner's statistics: alone, or with the rest. */
  readonly statisticsOnly?: boolean | undefined;
  readonly statistics?: boolean | undefined;
  /** The state of sequences even where no data is dumped. */
  readonly sequenceData?: boolean | undefined;
  readonly sections?: readonly Section[] | undefined;
  /** undefined: with the whole database only. */
  readonly largeObjects?: boolean | undefined;

  readonly clean?: boolean | undefined;
  readonly ifExists?: boolean | undefined;
  readonly create?: boolean | undefined;
  readonly noOwner?: boolean | undefined;
  readonly noPrivileges?: boolean | undefined;
  readonly noComments?: boolean | undefined;
  readonly noSecurityLabels?: boolean | undefined;
  readonly noPublications?: boolean | undefined;
  readonly noSubscriptions?: boolean | undefined;
  readonly noPolicies?: boolean | undefined;
  readonly noTablespaces?: boolean | undefined;
  readonly noTableAccessMethod?: boolean | undefined;
  readonly noToastCompression?: boolean | undefined;
  readonly noUnloggedTableData?: boolean | undefined;
  /** Rows as INSERT statements; with the columns' names; several rows to a statement; rows that are there already are passed over. */
  readonly inserts?: boolean | undefined;
  readonly columnInserts?: boolean | undefined;
  readonly rowsPerInsert?: number | undefined;
  readonly onConflictDoNothing?: boolean | undefined;
  /** extra_float_digits for the text of values, -15 to 3. */
  readonly extraFloatDigits?: number | undefined;
  readonly loadViaPartitionRoot?: boolean | undefined;
  readonly disableDollarQuoting?: boolean | undefined;
  readonly disableTriggers?: boolean | undefined;
  readonly superuser?: string | undefined;
  readonly useSetSessionAuthorization?: boolean | undefined;
  readonly quoteAllIdentifiers?: boolean | undefined;
  readonly enableRowSecurity?: boolean | undefined;
  readonly verbose?: boolean | undefined;
  /** Facts about the dump, by name, that are kept beside the options in the archive's metadata; no secrets. */
  readonly notes?: Readonly<Record<string, string | readonly string[]>> | undefined;
  /** Key of the \restrict line; random when missing. */
  readonly restrictKey?: string | undefined;

  /** PGCLIENTENCODING's or the database's own unless given. */
  readonly encoding?: string | undefined;
  /** SET ROLE after connecting. */
  readonly role?: string | undefined;
  readonly serializableDeferrable?: boolean | undefined;
  /** Milliseconds, or text with PostgreSQL's units. */
  readonly lockWaitTimeout?: string | undefined;
  /** A snapshot that another session exported. */
  readonly snapshot?: string | undefined;

  /** zstd level of a stow archive. */
  readonly compressionLevel?: number | undefined;
  /** How a plain script (not at all unless given) or the data of a custom or directory archive (gzip unless given) is compressed. */
  readonly compression?: Compression | undefined;
  /** Version 1.14, 1.15 or 1.16 of a custom, directory or tar archive, by its second number; that of the server's pg_dump unless given. */
  readonly archiveMinor?: number | undefined;
  /** Sessions that read rows at the same time, of a stow, custom or directory archive; one unless given. */
  readonly jobs?: number | undefined;
  /**
   * Bytes on the server from which on a table is read in ranges over several sessions, of a stow archive with `jobs`; Infinity for never.
   * Unless given it follows from the size of all tables and the jobs.
   */
  readonly splitTablesLargerThan?: number | undefined;

  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ProgressSink | undefined;
  readonly onDiagnostic?: DiagnosticSink | undefined;
}

/** What a dump came to. */
export interface DumpSummary extends ArchiveSummary {
  readonly metadata: ArchiveMetadata;
  /** Entries in the table of contents, and tables whose rows were written. */
  readonly entries: number;
  readonly tables: number;
  readonly diagnostics: readonly Diagnostic[];
}

/** Whether rows are dumped as INSERT statements: any option of theirs asks for them. */
export function dumpsInserts(options: Pick<DumpOptions, "inserts" | "columnInserts" | "rowsPerInsert">): boolean {
  return options.inserts === true || options.columnInserts === true || options.rowsPerInsert !== undefined;
}

/** Which parts of a database a dump has. */
export interface DumpContent {
  readonly schema: boolean;
  readonly data: boolean;
  readonly statistics: boolean;
}

/** What the options of the content come to: schema and data unless something else is said; statistics only when asked for. */
export function contentOf(options: DumpOptions): DumpContent {
  const { schemaOnly = false, dataOnly = false, statisticsOnly = false } = options;
  return {
    schema: schemaOnly || (!dataOnly && !statisticsOnly && options.noSchema !== true),
    data: dataOnly || (!schemaOnly && !statisticsOnly && options.noData !== true),
    statistics: statisticsOnly || (!schemaOnly && !dataOnly && options.statistics === true),
  };
}
