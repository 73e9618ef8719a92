import { PgstowError } from "../../core/errors.ts";
import { quoteLiteralPortably } from "../../core/literals.ts";
import type { RestoreTarget } from "../target.ts";
import { tablesToLockSql } from "./contents.ts";

const ATTEMPTS = 10;
const DEADLOCK = "40P01";
const NOT_AVAILABLE = "55P03";

/**
 * Locks all tables that are to go before the first of them goes. Who reads several tables at once may lie in a deadlock with that, which
 * is then no loss: nothing has been done yet, and it is tried again.
 */
export async function lockTables(
  target: RestoreTarget,
  schemas: readonly string[] | undefined,
  timeout: string | undefined,
): Promise<void> {
  if (timeout !== undefined) await target.query(`SELECT pg_catalog.set_config('lock_timeout', ${quoteLiteralPortably(timeout)}, true)`);
  const [row] = await target.query(tablesToLockSql(schemas));
  const tables = row?.["tables"];
  if (tables !== null && tables !== undefined) await lock(target, tables);
  if (timeout !== undefined) await target.query("SELECT pg_catalog.set_config('lock_timeout', '0', true)");
}

async function lock(target: RestoreTarget, tables: string): Promise<void> {
  await target.query("SAVEPOINT pgstow_lock");
  for (let attempt = 1; ; attempt++) {
    try {
      await target.query(`LOCK TABLE ${tables} IN ACCESS EXCLUSIVE MODE`);
      await target.query("RELEASE SAVEPOINT pgstow_lock");
      return;
    } catch (error) {
      if (!(error instanceof PgstowError)) throw error;
      if (error.context.sqlstate === NOT_AVAILABLE) throw waited(error);
      if (error.context.sqlstate !== DEADLOCK || attempt === ATTEMPTS) throw error;
      await target.query("ROLLBACK TO SAVEPOINT pgstow_lock");
    }
  }
}

function waited(cause: PgstowError): PgstowError {
  return new PgstowError(
    "server",
    "other sessions use tables that are to be replaced, and did not let go of them in time; nothing was changed",
    {
      cause,
      context: cause.context,
      hint: "--terminate-others ends those sessions; a longer --lock-wait-timeout waits for them.",
    },
  );
}
