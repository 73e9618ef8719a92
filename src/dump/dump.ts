import type { ArchiveMetadata, ArchiveWriter, EntryData } from "../archive/archive.ts";
import type { Entry } from "../archive/entry.ts";
import type { SelectionPatterns, SelectionSwitches } from "../catalog/resolve-selection.ts";
import type { Diagnostic, DiagnosticSink } from "../core/diagnostics.ts";
import { PgstowError, throwIfAborted } from "../core/errors.ts";
import { oidArray } from "../core/sql-text.ts";
import { isSpokenAsBytes } from "../core/text-bytes.ts";
import { readVersion } from "../core/version.ts";
import type { TableData } from "../objects/relation/table-data.ts";
import type { CatalogSession } from "../postgres/catalog-session.ts";
import { resolveSettings } from "../postgres/settings.ts";
import { speakEncoding } from "./encoding.ts";
import type { EncodedNames } from "./encoding.ts";
import { openDumpSession } from "./dump-session.ts";
import { DataReader } from "./data-reader.ts";
import { renderContext, renderEntries } from "./entries.ts";
import type { RenderedEntries } from "./entries.ts";
import { lockAndRead } from "./lock-and-snapshot.ts";
import { openWriter } from "./open-writer.ts";
import { contentOf } from "./options.ts";
import type { DumpOptions, DumpSummary } from "./options.ts";
import { DumpProgress } from "./progress.ts";
import { insertForm } from "./table-rows.ts";
import { archiveMetadata, disablesTriggers, scriptOptions } from "./script-options.ts";

export type { DumpOptions, DumpSummary } from "./options.ts";

/**
 * Dumps a database under one snapshot into an archive. Throws a PgstowError; the output is then aborted and leaves no trace.
 */
export async function runDump(options: DumpOptions): Promise<DumpSummary> {
  const diagnostics: Diagnostic[] = [];
  const onDiagnostic: DiagnosticSink = (diagnostic) => {
    if (options.strict === true) refuseUnmodelled(diagnostic);
    diagnostics.push(diagnostic);
    options.onDiagnostic?.(diagnostic);
  };
  try {
    throwIfAborted(options.signal);
    const settings = await resolveSettings(
      { ...options.connection, onDiagnostic: options.connection.onDiagnostic ?? onDiagnostic },
      options.environment ?? {},
    );
    const session = await openDumpSession(settings, options, onDiagnostic);
    try {
      const names = await speakEncoding(session, options.encoding ?? settings.clientEncoding, settings.database, options);
      return { ...(await dumpSession(session, names, onDiagnostic)), diagnostics };
    } finally {
      await session.close();
    }
  } catch (error) {
    await options.output.abort();
    throw error;
  }
}

/** With --strict a dump that would not be whole does not begin. */
function refuseUnmodelled({ code, message, details = [] }: Diagnostic): void {
  if (!code.startsWith("unmodelled-")) return;
  throw new PgstowError("unsupported", message, {
    context: { detail: details.join("\n") },
    hint: "Without --strict this is a warning.",
  });
}

async function dumpSession(
  session: CatalogSession,
  { encoding, database, options }: EncodedNames,
  onDiagnostic: DiagnosticSink,
): Promise<Omit<DumpSummary, "diagnostics">> {
  const progress = new DumpProgress(options.onProgress);
  const version = readVersion();
  const metadata = {
    ...archiveMetadata(session, database, version, options),
    encoding,
    ...(isSpokenAsBytes(encoding) ? { textIsBytes: true } : {}),
  };
  const inventory = await lockAndRead(session, {
    patterns: patternsOf(options, database),
    switches: await switchesOf(options, session),
    serializableDeferrable: options.serializableDeferrable ?? false,
    lockWaitTimeout: options.lockWaitTimeout ?? null,
    snapshot: options.snapshot ?? null,
    onDiagnostic,
  });
  const context = renderContext(inventory, session.serverVersionNum, metadata.standardConformingStrings, options);
  const rendered = renderEntries(context, options, onDiagnostic);
  const dumpedBy = `${session.serverVersion} (pgstow ${version})`;
  const { entries } = rendered;
  const script = scriptOptions({ ...options, disableTriggers: disablesTriggers(options, entries) }, dumpedBy);
  const writer = await openWriter({ metadata, entries, script }, options);
  try {
    const tables = await writeData(writer, rendered, { session, options, progress, metadata });
    progress.finish();
    const summary = await writer.finish();
    return { ...summary, metadata, entries: rendered.entries.length, tables };
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

interface DataContext {
  readonly session: CatalogSession;
  readonly options: DumpOptions;
  readonly progress: DumpProgress;
  readonly metadata: ArchiveMetadata;
}

/** Streams every table and large object into the writer, in the order of the table of contents. Gives the number of tables. */
async function writeData(writer: ArchiveWriter, rendered: RenderedEntries, context: DataContext): Promise<number> {
  const { progress, options } = context;
  const entries = rendered.entries.filter((entry) => entry.data !== "none");
  progress.startData(entries.length, options.onProgress === undefined ? 0 : await estimateBytes(context.session, entries, rendered));
  if (entries.length === 0) return 0;
  const objectOf = (entry: Entry) => {
    const object = rendered.dataObjects.get(entry.dumpId);
    if (object === undefined) throw new PgstowError("internal", `no object for the data of ${entry.kind} ${entry.tag}`);
    return object;
  };
  const formOf = (data: TableData) => insertForm(data, rendered.context, options, context.metadata);
  const reader = new DataReader(context.session, { entries, objectOf }, formOf);
  let tables = 0;
  try {
    for (const entry of entries) {
      throwIfAborted(options.signal);
      progress.startEntry(entry);
      const data = await reader.read(entry);
      await writer.data(entry, watched(data, progress));
      if (data.type !== "large-objects") tables++;
      progress.endEntry();
    }
  } finally {
    await reader.close();
  }
  return tables;
}

function watched(data: EntryData, progress: DumpProgress): EntryData {
  if (data.type === "large-objects") return data;
  return { type: data.type, batches: progress.watchRows(data.batches) };
}

/** By the size of the tables on the server's disk; their rows as text are of that order. */
async function estimateBytes(session: CatalogSession, entries: readonly Entry[], rendered: RenderedEntries): Promise<number> {
  const oids = entries.flatMap((entry) => {
    const object = rendered.dataObjects.get(entry.dumpId);
    return object?.kind === "table-data" ? [(object as TableData).table.oid] : [];
  });
  const size = `SELECT COALESCE(sum(pg_catalog.pg_table_size(oid)), 0)::text AS bytes FROM pg_catalog.unnest(${oidArray(oids)}) AS oid`;
  const [row] = await session.query<{ bytes: string }>(size);
  return Number(row?.bytes ?? 0);
}

function patternsOf(options: DumpOptions, database: string): SelectionPatterns {
  return {
    schemas: options.schemas ?? [],
    excludedSchemas: options.excludeSchemas ?? [],
    tables: options.tables ?? [],
    tablesAndChildren: options.tablesAndChildren ?? [],
    excludedTables: options.excludeTables ?? [],
    excludedTablesAndChildren: options.excludeTablesAndChildren ?? [],
    excludedTableData: options.excludeTableData ?? [],
    excludedTableDataAndChildren: options.excludeTableDataAndChildren ?? [],
    extensions: options.extensions ?? [],
    excludedExtensions: options.excludeExtensions ?? [],
    foreignServers: options.includeForeignData ?? [],
    strictNames: options.strictNames ?? false,
    database,
  };
}

async function switchesOf(options: DumpOptions, session: CatalogSession): Promise<SelectionSwitches> {
  const [row] = await session.query<{ readonly standby: boolean }>("SELECT pg_catalog.pg_is_in_recovery() AS standby");
  const content = contentOf(options);
  return {
    schemaWanted: content.schema,
    dataWanted: content.data,
    statisticsWanted: content.statistics,
    sequenceDataWanted: options.sequenceData ?? false,
    largeObjects: options.largeObjects ?? null,
    policies: !(options.noPolicies ?? false),
    publications: !(options.noPublications ?? false),
    subscriptions: !(options.noSubscriptions ?? false),
    database: (options.create ?? false) || options.format !== "plain",
    // A standby has no rows of unlogged tables.
    unloggedTableData: !(options.noUnloggedTableData ?? false) && row?.standby !== true,
  };
}
