import type { Sink } from "../archive/archive.ts";
import type { Diagnostic, DiagnosticSink } from "../core/diagnostics.ts";
import { PgstowError, throwIfAborted } from "../core/errors.ts";
import { encodeText, isSpokenAsBytes } from "../core/text-bytes.ts";
import type { TextForm } from "../core/text-bytes.ts";
import { openDumpSession } from "../dump/dump-session.ts";
import { speakEncoding } from "../dump/encoding.ts";
import type { DumpOptions } from "../dump/options.ts";
import { randomKey } from "../dump/script-options.ts";
import type { CatalogSession } from "../postgres/catalog-session.ts";
import { resolveSettings } from "../postgres/settings.ts";
import type { SettingsInput } from "../postgres/settings.ts";
import { beginReading } from "../postgres/snapshot.ts";
import { clusterContext, heading } from "./cluster-context.ts";
import { databaseHead, dumpDatabase, listDatabases, namesOfDatabases } from "./databases.ts";
import { clusterPostamble, clusterPreamble, endOfGlobals } from "./frame.ts";
import type { FrameFacts } from "./frame.ts";
import { renderGlobals } from "./globals.ts";
import type { GlobalsText } from "./globals.ts";
import type { DumpAllOptions, DumpAllSummary } from "./options.ts";

export type { DumpAllOptions, DumpAllSummary } from "./options.ts";

/**
 * Dumps roles, tablespaces and all databases of a server as one script, as pg_dumpall does; each database under a snapshot of its own.
 * Throws a PgstowError; the output is then aborted.
 */
export async function runDumpAll(options: DumpAllOptions): Promise<DumpAllSummary> {
  const diagnostics: Diagnostic[] = [];
  const onDiagnostic: DiagnosticSink = (diagnostic) => {
    diagnostics.push(diagnostic);
    options.onDiagnostic?.(diagnostic);
  };
  try {
    throwIfAborted(options.signal);
    checkChoices(options);
    const restrictKey = options.restrictKey ?? randomKey();
    const whole = { ...options, restrictKey, connection: askingOnce(options.connection), onDiagnostic };
    return { ...(await dumpAll(whole)), diagnostics };
  } catch (error) {
    await options.output.abort();
    throw error;
  }
}

function checkChoices({ globalsOnly, rolesOnly, tablespacesOnly, ifExists, clean, dataOnly, schemaOnly }: DumpAllOptions): void {
  const only = [globalsOnly && "globalsOnly", rolesOnly && "rolesOnly", tablespacesOnly && "tablespacesOnly"].filter(Boolean);
  if (only.length > 1) throw new PgstowError("usage", `options ${only.join(" and ")} cannot be used together`);
  if (ifExists === true && clean !== true) throw new PgstowError("usage", "option ifExists requires option clean");
  if (dataOnly === true && schemaOnly === true) throw new PgstowError("usage", "options dataOnly and schemaOnly cannot be used together");
  if (dataOnly === true && clean === true) throw new PgstowError("usage", "options clean and dataOnly cannot be used together");
}

type Choices = DumpAllOptions & { readonly restrictKey: string; readonly onDiagnostic: DiagnosticSink };

async function dumpAll(options: Choices): Promise<Omit<DumpAllSummary, "diagnostics">> {
  const startedAt = new Date();
  const { globals, databases, facts, heads } = await readCluster(options);
  const output = new CountingSink(options.output, facts.encoding);
  await output.text(clusterPreamble(facts, startedAt) + globals.text + endOfGlobals(facts));
  let [tables, rows] = [0, 0];
  if (databases.length > 0) await output.text(heading("Databases"));
  for (const [at, name] of databases.entries()) {
    throwIfAborted(options.signal);
    await output.text(heads[at] ?? "");
    const summary = await dumpDatabase(name, options, output.part());
    tables += summary.tables;
    rows += summary.rows;
  }
  await output.text(clusterPostamble(facts, new Date()));
  await options.output.finish();
  const { roles, tablespaces } = globals;
  return { roles, tablespaces, databases, tables, rows, storedBytes: output.bytes };
}

interface ClusterText {
  readonly globals: GlobalsText;
  readonly databases: readonly string[];
  /** What stands before each database's dump. */
  readonly heads: readonly string[];
  readonly facts: FrameFacts;
}

/** What is read before the first database, in one transaction. */
async function readCluster(options: Choices): Promise<ClusterText> {
  const { session, clientEncoding } = await openFirstSession(options);
  try {
    await beginReading(session);
    const onlyGlobals = options.globalsOnly === true || options.rolesOnly === true || options.tablespacesOnly === true;
    // Names to connect with are read as text; all that is printed after that comes in the encoding of the script.
    const databases = onlyGlobals ? [] : await listDatabases(clusterContext(session, options), options.onDiagnostic);
    const { encoding } = await speakEncoding(session, options.encoding ?? clientEncoding, "", asDumpOptions(options));
    const context = clusterContext(session, options);
    const globals = await renderGlobals(context, options.onDiagnostic, onlyGlobals);
    const names = await namesOfDatabases(context);
    const facts = {
      restrictKey: options.restrictKey,
      encoding,
      standardConformingStrings: session.parameters.get("standard_conforming_strings") !== "off",
      verbose: options.verbose ?? false,
    };
    const heads = databases.map(({ oid, name }) => databaseHead(options, names.get(oid) ?? name));
    return { globals, databases: databases.map(({ name }) => name), facts, heads };
  } finally {
    await session.close();
  }
}

interface FirstSession {
  readonly session: CatalogSession;
  readonly clientEncoding: string | undefined;
}

/** In the database that is named, else postgres, else template1. */
async function openFirstSession(options: Choices): Promise<FirstSession> {
  if (options.database !== undefined) return openSession(options, options.database);
  try {
    return await openSession(options, "postgres");
  } catch (error) {
    if (!(error instanceof PgstowError) || error.code !== "connection" || !isMissingDatabase(error)) throw error;
    return openSession(options, "template1");
  }
}

function isMissingDatabase(error: PgstowError): boolean {
  return error.context.sqlstate === "3D000" || error.message.includes('database "postgres" does not exist');
}

async function openSession(options: Choices, database: string): Promise<FirstSession> {
  const connection = { ...options.connection, database, onDiagnostic: options.connection.onDiagnostic ?? options.onDiagnostic };
  const settings = await resolveSettings(connection, options.environment ?? {});
  const session = await openDumpSession(settings, asDumpOptions(options), options.onDiagnostic);
  return { session, clientEncoding: settings.clientEncoding };
}

/** Without what names objects of one database. */
function asDumpOptions(options: Choices): DumpOptions {
  return { ...options, format: "plain" };
}

/** There are many connections, and one password. */
function askingOnce(connection: SettingsInput): SettingsInput {
  const { askPassword } = connection;
  if (askPassword === undefined) return connection;
  let answer: Promise<string> | undefined;
  return { ...connection, askPassword: (prompt) => (answer ??= askPassword(prompt)) };
}

/** The output that all parts go to, one after the other. */
class CountingSink {
  readonly #sink: Sink;
  readonly #form: TextForm;
  bytes = 0;

  constructor(sink: Sink, encoding: string) {
    this.#sink = sink;
    this.#form = { encoding, textIsBytes: isSpokenAsBytes(encoding) };
  }

  text(text: string): Promise<void> {
    return this.#write(encodeText(text, this.#form));
  }

  /** A sink for one part. Its end is not the end of the output, and what it has written stays until the whole is given up. */
  part(): Sink {
    return {
      write: (bytes) => this.#write(bytes),
      finish: () => Promise.resolve(),
      abort: () => Promise.resolve(),
    };
  }

  #write(bytes: Uint8Array): Promise<void> {
    this.bytes += bytes.length;
    return this.#sink.write(bytes);
  }
}
