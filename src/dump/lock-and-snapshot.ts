import { heldLocks, isVanished, lockableTables, lockTables } from "../catalog/lock-tables.ts";
import { readInventory, readRelations } from "../catalog/read-inventory.ts";
import { resolveSelection } from "../catalog/resolve-selection.ts";
import type { SelectionPatterns, SelectionSwitches } from "../catalog/resolve-selection.ts";
import type { DiagnosticSink } from "../core/diagnostics.ts";
import { PgstowError } from "../core/errors.ts";
import { quoteLiteral } from "../core/literals.ts";
import type { Inventory } from "../objects/inventory.ts";
import type { CatalogSession } from "../postgres/catalog-session.ts";

/** Times that a table may appear or vanish between listing and locking before the dump gives up. */
const ATTEMPTS_MAX = 10;

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
class UnlockedTable extends Error {}

/**
 * Lists the wanted tables, locks them, takes the snapshot, lists again and reads everything. The locks come before the snapshot, so
 * that nothing which commits in between can make a full table look empty. The session stays in its transaction.
 */
export async function lockAndRead(session: CatalogSession, options: SnapshotOptions): Promise<Inventory> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await attemptLockAndRead(session, options);
    } catch (error) {
      const isRace = error instanceof UnlockedTable || isVanished(error);
      if (!isRace) throw error;
      if (attempt === ATTEMPTS_MAX) {
        throw new PgstowError("concurrent-change", "tables are being created or dropped faster than they can be locked", {
          cause: error,
          hint: "Dump again when no schema change is running.",
        });
      }
      await session.query("ROLLBACK");
    }
  }
}

async function attemptLockAndRead(session: CatalogSession, options: SnapshotOptions): Promise<Inventory> {
  await lockWanted(session, options);
  // The first query takes the snapshot.
  const [locked, selection] = await Promise.all([heldLocks(session), resolveSelection(session, options.patterns, options.switches)]);
  return readInventory(session, selection, options.onDiagnostic, (read) => {
    if (lockableTables(read).some((table) => !locked.has(table.oid))) throw new UnlockedTable();
  });
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
