import { PgstowError } from "../core/errors.ts";
import { alwaysQualified } from "../core/identifiers.ts";
import { quoteLiteral } from "../core/literals.ts";
import { component, wants } from "../objects/object.ts";
import type { Inventory } from "../objects/inventory.ts";
import type { Relation } from "../objects/relation/relation.ts";
import type { CatalogReader } from "./read-inventory.ts";

/** Names in one LOCK statement: about as many bytes as one network packet train; the server parses them as one list. */
const NAMES_BYTES_MAX = 100_000;

/** Tables that must not change while they are read. Views and sequences cannot be locked, and views lock what they read. */
export function lockableTables(inventory: Inventory): Relation[] {
  return inventory
    .ofKind<Relation>("relation")
    .filter((table) => (table.relkind === "r" || table.relkind === "p") && wants(table, component.definition | component.data));
}

/**
 * Locks tables in ACCESS SHARE mode, before the transaction has a snapshot: so no TRUNCATE and no rewrite can commit between the
 * snapshot and the lock, which would let a full table read as an empty one.
 */
export async function lockTables(reader: CatalogReader, tables: readonly Relation[], timeout: string | null): Promise<void> {
  const statements: string[] = [];
  let names: string[] = [];
  let bytes = 0;
  const flush = (): void => {
    if (names.length > 0) statements.push(`LOCK TABLE ${names.join(", ")} IN ACCESS SHARE MODE`);
    names = [];
    bytes = 0;
  };
  for (const table of tables) {
    const name = `ONLY ${alwaysQualified(table.schema?.name ?? "", table.name)}`;
    names.push(name);
    bytes += name.length;
    if (bytes >= NAMES_BYTES_MAX) flush();
  }
  flush();
  const batch = [
    ...(timeout === null ? [] : [`SET LOCAL lock_timeout = ${quoteLiteral(timeout)}`]),
    ...statements,
    ...(timeout === null ? [] : ["SET LOCAL lock_timeout = 0"]),
  ];
  try {
    await Promise.all(batch.map((statement) => reader.query(statement)));
  } catch (error) {
    throw explainLock(error);
  }
}

function explainLock(error: unknown): unknown {
  if (!(error instanceof PgstowError) || error.code !== "server") return error;
  const { context } = error;
  switch (context.sqlstate) {
    case "42501":
      return new PgstowError("privilege", `cannot lock a table: ${error.message}`, {
        cause: error,
        context,
        hint: "Grant SELECT on it to the dumping role, or leave it out with -T or --exclude-schema.",
      });
    case "53200":
      return new PgstowError("server", `cannot lock all tables: ${error.message}`, {
        cause: error,
        context,
        hint: "Raise max_locks_per_transaction on the server, or dump fewer tables at once with -n or -t.",
      });
    case "55P03":
      return new PgstowError("server", `cannot lock a table in time: ${error.message}`, {
        cause: error,
        context,
        hint: "Another session holds a stronger lock; raise --lock-wait-timeout or try again later.",
      });
    default:
      return error;
  }
}

/** Whether the error says that a table went away between listing and locking it. */
export function isVanished(error: unknown): boolean {
  return error instanceof PgstowError && (error.context.sqlstate === "42P01" || error.context.sqlstate === "3F000");
}

/** OIDs of the relations that this transaction holds ACCESS SHARE locks on. */
export async function heldLocks(reader: CatalogReader): Promise<Set<number>> {
  const rows = await reader.query<{ readonly relation: number }>(`
    SELECT l.relation FROM pg_catalog.pg_locks l
    WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND l.mode = 'AccessShareLock' AND l.granted`);
  return new Set(rows.map((row) => row.relation));
}
