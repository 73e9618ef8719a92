import type { Sink } from "../archive/archive.ts";
import { parseNamePattern } from "../catalog/pattern.ts";
import type { DiagnosticSink } from "../core/diagnostics.ts";
import { PgstowError } from "../core/errors.ts";
import { quoteLiteralPortably } from "../core/literals.ts";
import { runDump } from "../dump/dump.ts";
import type { ClusterContext } from "./cluster-context.ts";
import { heading } from "./cluster-context.ts";
import type { DumpAllOptions } from "./options.ts";

/** Databases that every server has from the start: a script goes into them without making them. */
const OF_INITDB = ["template1", "postgres"];

interface DatabaseRow {
  readonly oid: number;
  readonly name: string;
  readonly can_connect: boolean;
  readonly excluded: boolean;
}

export type ListedDatabase = Pick<DatabaseRow, "oid" | "name">;

/** Names of all databases by OID, as the session speaks. */
export async function namesOfDatabases({ session }: ClusterContext): Promise<ReadonlyMap<number, string>> {
  const rows = await session.query<ListedDatabase>("SELECT d.oid, d.datname AS name FROM pg_catalog.pg_database d");
  return new Map(rows.map(({ oid, name }) => [oid, name]));
}

/** The databases to dump, template1 first, the others by name. Throws a PgstowError `usage` for a pattern with dots. */
export async function listDatabases({ session, options }: ClusterContext, onDiagnostic: DiagnosticSink): Promise<ListedDatabase[]> {
  const rows = await session.query<DatabaseRow>(`
    SELECT d.oid, d.datname AS name, d.datallowconn AND d.datconnlimit <> -2 AS can_connect, ${excludedBy(options.excludeDatabases ?? [])} AS excluded
    FROM pg_catalog.pg_database d
    WHERE d.datname <> 'template0'
    ORDER BY d.datname <> 'template1', d.datname`);
  for (const { name, can_connect, excluded } of rows) {
    if (can_connect || excluded) continue;
    onDiagnostic({
      severity: "warning",
      code: "closed-database",
      message: `database "${name}" is not dumped: it accepts no connections`,
    });
  }
  return rows.filter(({ can_connect, excluded }) => can_connect && !excluded);
}

/** SQL: whether the name of database `d` matches one of the patterns. */
function excludedBy(patterns: readonly string[]): string {
  const conditions = patterns.map((pattern) => {
    const { database, name } = parseNamePattern(pattern, "other");
    if (database !== null) throw new PgstowError("usage", `improper qualified name (too many dotted names): ${pattern}`);
    return `d.datname OPERATOR(pg_catalog.~) ${quoteLiteralPortably(name)} COLLATE pg_catalog.default`;
  });
  return conditions.length === 0 ? "false" : conditions.map((condition) => `(${condition})`).join(" OR ");
}

/** Drops of all databases but those of initdb, whatever else is left out. */
export async function renderDatabaseDrops({ session, options, q }: ClusterContext): Promise<string> {
  const rows = await session.query<{ readonly name: string }>(`
    SELECT d.datname AS name FROM pg_catalog.pg_database d
    WHERE d.datallowconn AND d.datconnlimit <> -2 AND d.datname NOT IN ('template0', 'template1', 'postgres')
    ORDER BY d.datname`);
  const word = options.ifExists === true ? "DROP DATABASE IF EXISTS" : "DROP DATABASE";
  const title = rows.length === 0 ? "" : heading("Drop databases (except postgres and template1)");
  return `${title}${rows.map(({ name }) => `${word} ${q(name)};\n`).join("")}\n\n`;
}

/** What stands before a database's own dump. The names of initdb stand without quotes, even where all identifiers are to be quoted. */
export function databaseHead(options: DumpAllOptions, name: string): string {
  const title = heading(`Database "${name}" dump`);
  return makesDatabase(name, options) ? title : `${title}\\connect ${name}\n\n`;
}

/** With --clean even the databases of initdb are made anew. */
function makesDatabase(name: string, options: DumpAllOptions): boolean {
  return options.clean === true || !OF_INITDB.includes(name);
}

/** One database's dump at the end of what the output has. Throws a PgstowError that names the database. */
export async function dumpDatabase(
  name: string,
  options: DumpAllOptions,
  output: Sink,
): Promise<{ readonly tables: number; readonly rows: number }> {
  const { connection, ...rest } = options;
  try {
    return await runDump({
      ...rest,
      connection: { ...connection, database: name },
      format: "plain",
      output,
      create: makesDatabase(name, options),
      // Databases that are made anew have been dropped with all others, but for those of initdb.
      clean: options.clean === true && OF_INITDB.includes(name),
      ifExists: false,
    });
  } catch (error) {
    throw inDatabase(name, error);
  }
}

function inDatabase(name: string, error: unknown): unknown {
  if (!(error instanceof PgstowError) || error.code === "aborted") return error;
  const { code, message, context, hint } = error;
  return new PgstowError(code, `database "${name}": ${message}`, { cause: error, context, ...(hint === undefined ? {} : { hint }) });
}
