import { heldLocks, isVanished, lockableTables, lockTables } from "../catalog/lock-tables.ts";
import { readInventory, readRelations } from "../catalog/read-inventory.ts";
import type { InventoryRead } from "../catalog/read-inventory.ts";
import { resolveSelection } from "../catalog/resolve-selection.ts";
import type { SelectionPatterns, SelectionSwitches } from "../catalog/resolve-selection.ts";
import type { Diagnostic, DiagnosticSink } from "../core/diagnostics.ts";
import { PgstowError } from "../core/errors.ts";
import { quoteLiteral } from "../core/literals.ts";
import type { CatalogSession } from "../postgres/catalog-session.ts";
import { noteSystemSchemas } from "./system-schemas.ts";

/** Times that a table may appear or vanish between listing and locking before the dump gives up. */
const ATTEMPTS_MAX = 10;

/** Times that other objects may change while they are read. Fewer, because damaged catalogs look the same. */
const READ_ATTEMPTS_MAX = 3;

export interface SnapshotOptions {
  readonly patterns: SelectionPatterns;
  readonly switches: SelectionSwitches;
  readonly serializableDeferrable: boolean;
  /** As lock_timeout takes it; null for none. */
  readonly lockWaitTimeout: string | null;
  /** A snapshot to use instead of an own one. */
  readonly snapshot: string | null;
  readonly onDiagnostic: DiagnosticSink;
}

/** A wanted table is not among the locked ones: it appeared meanwhile. */
class UnlockedTable extends Error {
  constructor(table: { readonly schema: { readonly name: string } | null; readonly name: string }) {
    super(`table "${table.schema?.name ?? ""}.${table.name}" is not locked`);
  }
}

/**
 * Lists the wanted tables, locks them, takes the snapshot, lists again and reads everything. The locks come before the snapshot, so
 * that nothing which commits in between can make a full table look empty. Starts over when something was dropped meanwhile. The
 * session stays in its transaction. Throws `concurrent-change` when schema changes do not cease, or a given snapshot is too old.
 */
export async function lockAndRead(session: CatalogSession, options: SnapshotOptions): Promise<InventoryRead> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await attemptLockAndRead(session, options);
    } catch (error) {
      const attemptsMax = attemptsFor(error, options);
      if (attempt >= attemptsMax) throw attemptsMax === ATTEMPTS_MAX ? explainRace(error, options) : error;
      await session.query("ROLLBACK");
    }
  }
}

/** A given snapshot stays as old as it is: what is gone since will not come back. */
function attemptsFor(error: unknown, options: SnapshotOptions): number {
  if (error instanceof UnlockedTable || isVanished(error)) return ATTEMPTS_MAX;
  const isChange = error instanceof PgstowError && error.code === "concurrent-change";
  return isChange && options.snapshot === null ? READ_ATTEMPTS_MAX : 1;
}

function explainRace(error: unknown, { snapshot }: SnapshotOptions): PgstowError {
  if (snapshot !== null && error instanceof Error) {
    return new PgstowError("concurrent-change", `what snapshot "${snapshot}" shows is gone: ${error.message}`, {
      cause: error,
      hint: "Dump again with a new snapshot.",
    });
  }
  return new PgstowError("concurrent-change", "tables are being created or dropped faster than they can be locked", {
    cause: error,
    hint: "Dump again when no schema change is running.",
  });
}

async function attemptLockAndRead(session: CatalogSession, options: SnapshotOptions): Promise<InventoryRead> {
  await lockWanted(session, options);
  // The first query takes the snapshot.
  const [locked, selection] = await Promise.all([heldLocks(session), resolveSelection(session, options.patterns, options.switches)]);
  const found: Diagnostic[] = [];
  const note: DiagnosticSink = (diagnostic) => found.push(diagnostic);
  const read = await readInventory(session, selection, note, (listed) => {
    const unlocked = lockableTables(listed).find((table) => !locked.has(table.oid));
    if (unlocked !== undefined) throw new UnlockedTable(unlocked);
  });
  // Not earlier: an attempt that fails is made again and finds the same.
  found.forEach(options.onDiagnostic);
  noteSystemSchemas(read.inventory, selection, options.onDiagnostic);
  return read;
}

/** Lists and locks; a function of its own, so that its list is gone before everything is read. */
async function lockWanted(session: CatalogSession, options: SnapshotOptions): Promise<void> {
  const listed = await readRelations(session, await resolveSelection(session, options.patterns, options.switches));
  const mode = options.serializableDeferrable ? "SERIALIZABLE, READ ONLY, DEFERRABLE" : "REPEATABLE READ, READ ONLY";
  const begin = [session.query(`BEGIN ISOLATION LEVEL ${mode}`)];
  if (options.snapshot !== null) begin.push(session.query(`SET TRANSACTION SNAPSHOT ${quoteLiteral(options.snapshot)}`));
  const lock = lockTables(session, lockableTables(listed), options.lockWaitTimeout);
  await Promise.all([...begin, lock]);
}
