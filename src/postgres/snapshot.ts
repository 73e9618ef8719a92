import { alwaysQuoted } from "../core/identifiers.ts";
import { quoteLiteralPortably } from "../core/literals.ts";

/** What both kinds of session can do. */
export interface StatementRunner {
  query(sql: string): Promise<unknown>;
}

export interface PinOptions {
  /** row_security: off makes hidden rows an error, on leaves them out. */
  readonly rowSecurity: boolean;
  readonly quoteAllIdentifiers?: boolean;
  /** extra_float_digits, when not 3. */
  readonly extraFloatDigits?: number;
  /** Rows of foreign tables are wanted too. */
  readonly foreignTables?: boolean;
  /** --role */
  readonly role?: string | undefined;
  /** Encoding of the rows on this session. Only for channels that copy rows: all other text is read as UTF8. */
  readonly clientEncoding?: string | undefined;
}

/**
 * The one list of what a session sets so that the text of values does not depend on who reads: outside of any transaction, before the
 * snapshot. A parameter that not every server has is set only where pg_settings knows it.
 */
export function pinStatements(options: PinOptions): string[] {
  const statements = [
    "SELECT pg_catalog.set_config('search_path', '', false)",
    "SET DateStyle = ISO",
    "SET IntervalStyle = postgres",
    `SET extra_float_digits = ${options.extraFloatDigits ?? 3}`,
    "SET synchronize_seqscans = off",
    "SET statement_timeout = 0",
    "SET lock_timeout = 0",
    "SET idle_in_transaction_session_timeout = 0",
    setWhereKnown("transaction_timeout", "0"),
    setWhereKnown("idle_session_timeout", "0"),
    setWhereKnown("restrict_nonsystem_relation_kind", options.foreignTables === true ? "view" : "view, foreign-table"),
    // The catalogs' queries are estimated far too high: compiling them takes longer than running them.
    setWhereKnown("jit", "off"),
    `SET row_security = ${options.rowSecurity ? "on" : "off"}`,
  ];
  if (options.quoteAllIdentifiers === true) statements.push("SET quote_all_identifiers = on");
  if (options.clientEncoding !== undefined) statements.push(`SET client_encoding = ${quoteLiteralPortably(options.clientEncoding)}`);
  if (options.role !== undefined) statements.push(`SET ROLE ${alwaysQuoted(options.role)}`);
  return statements;
}

/** Runs the list, in one round trip. */
export async function pinSession(session: StatementRunner, options: PinOptions): Promise<void> {
  await session.query(pinStatements(options).join("; "));
}

/**
 * Begins the transaction that reads. It has no snapshot yet: LOCK TABLE can run in it before the first SELECT takes one.
 * `deferrable` waits for a moment at which no serialization failure is possible (not on a standby).
 */
export async function beginReading(session: StatementRunner, options: { readonly deferrable?: boolean } = {}): Promise<void> {
  await session.query(
    options.deferrable === true
      ? "BEGIN ISOLATION LEVEL SERIALIZABLE, READ ONLY, DEFERRABLE"
      : "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
  );
}

/** Takes the transaction's snapshot, if it has none, and gives the name by which other sessions can import it. */
export async function exportSnapshot(session: { query<Row>(sql: string): Promise<Row[]> }): Promise<string> {
  const [row] = await session.query<{ snapshot: string }>("SELECT pg_catalog.pg_export_snapshot() AS snapshot");
  if (row === undefined) throw new Error("pg_export_snapshot gave no row");
  return row.snapshot;
}

/** Begins a reading transaction that sees what the exporting one sees, which must still be open. */
export async function beginWithSnapshot(session: StatementRunner, snapshot: string): Promise<void> {
  await session.query(`BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET TRANSACTION SNAPSHOT ${quoteLiteralPortably(snapshot)}`);
}

function setWhereKnown(name: string, value: string): string {
  return `SELECT pg_catalog.set_config(name, '${value}', false) FROM pg_catalog.pg_settings WHERE name = '${name}'`;
}
