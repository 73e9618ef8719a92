import type { SelectionPatterns, SelectionSwitches } from "../catalog/resolve-selection.ts";
import type { Diagnostic, DiagnosticSink } from "../core/diagnostics.ts";
import { PgstowError, throwIfAborted } from "../core/errors.ts";
import { isSpokenAsBytes } from "../core/text-bytes.ts";
import { readVersion } from "../core/version.ts";
import type { CatalogSession } from "../postgres/catalog-session.ts";
import { resolveSettings } from "../postgres/settings.ts";
import type { PinOptions } from "../postgres/snapshot.ts";
import { speakEncoding } from "./encoding.ts";
import type { EncodedNames } from "./encoding.ts";
import { openDumpSession, pinOptions } from "./dump-session.ts";
import { renderContext, renderEntries } from "./entries.ts";
import { lockAndRead } from "./lock-and-snapshot.ts";
import { openWriter } from "./open-writer.ts";
import { contentOf } from "./options.ts";
import type { DumpOptions, DumpSummary } from "./options.ts";
import { DumpProgress } from "./progress.ts";
import { archiveMetadata, disablesTriggers, scriptOptions } from "./script-options.ts";
import { writeData } from "./write-data.ts";

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
    checkJobs(options);
    const session = await openDumpSession(settings, options, onDiagnostic);
    try {
      const names = await speakEncoding(session, options.encoding ?? settings.clientEncoding, settings.database, options);
      return { ...(await dumpSession(session, names, pinOptions(options), onDiagnostic)), diagnostics };
    } finally {
      await session.close();
    }
  } catch (error) {
    await options.output.abort();
    throw error;
  }
}

/**
 * Several sessions read for a directory, where each table has a file of its own; for a stow archive, where chunks may interleave; and for a
 * custom archive, which keeps what comes before its turn.
 */
function checkJobs({ jobs = 1, format, splitTablesLargerThan }: DumpOptions): void {
  if (!Number.isInteger(jobs) || jobs < 1) throw new PgstowError("usage", "the number of jobs must be a whole number from 1 on");
  if (jobs > 1 && (format === "plain" || format === "tar")) {
    throw new PgstowError("usage", "parallel backup only supported by the stow, custom and directory formats");
  }
  if (splitTablesLargerThan === undefined) return;
  if (format !== "stow") throw new PgstowError("usage", "only the rows of a stow archive can be read in ranges of a table");
  if (!(splitTablesLargerThan > 0)) throw new PgstowError("usage", "the size from which on tables are split must be positive");
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
  pin: PinOptions,
  onDiagnostic: DiagnosticSink,
): Promise<Omit<DumpSummary, "diagnostics">> {
  const progress = new DumpProgress(options.onProgress);
  const version = readVersion();
  const metadata = {
    ...archiveMetadata(session, database, version, options),
    encoding,
    ...(isSpokenAsBytes(encoding) ? { textIsBytes: true } : {}),
  };
  const { inventory, unmodelled } = await lockAndRead(session, {
    patterns: patternsOf(options, database),
    switches: await switchesOf(options, session),
    serializableDeferrable: options.serializableDeferrable ?? false,
    lockWaitTimeout: options.lockWaitTimeout ?? null,
    snapshot: options.snapshot ?? null,
    onDiagnostic,
  });
  const context = renderContext(inventory, session.serverVersionNum, metadata.standardConformingStrings, options);
  const rendered = renderEntries(context, options, onDiagnostic);
  for (const diagnostic of await unmodelled) onDiagnostic(diagnostic);
  const dumpedBy = `${session.serverVersion} (pgstow ${version})`;
  const { entries } = rendered;
  const script = scriptOptions({ ...options, disableTriggers: disablesTriggers(options, entries) }, dumpedBy);
  const writer = await openWriter({ metadata, entries, script }, options);
  try {
    const tables = await writeData(writer, rendered, { session, options, pin, progress, metadata });
    progress.finish();
    const summary = await writer.finish();
    return { ...summary, metadata, entries: rendered.entries.length, tables };
  } catch (error) {
    await writer.abort();
    throw error;
  }
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
