import { setTimeout as sleep } from "node:timers/promises";
import { PgstowError, throwIfAborted } from "../../core/errors.ts";
import { alwaysQuoted } from "../../core/identifiers.ts";
import { quoteLiteralPortably } from "../../core/literals.ts";
import type { DataChannel } from "../../postgres/data-channel.ts";
import { readBlockers, stillInUse } from "./blockers.ts";
import { attributesLike, settingsLike } from "./carry-over.ts";
import { checkAgain } from "./check-target.ts";
import { type DatabaseFacts, readDatabaseFacts } from "./database-facts.ts";
import { cancellable, type MaintenanceSettings, openMaintenance, withMaintenance } from "./maintenance.ts";
import { keptName } from "./names.ts";

export interface Switch extends MaintenanceSettings {
  readonly target: DatabaseFacts;
  readonly staging: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** How often sessions are asked to leave. */
const ASK_EVERY_MS = 100;
/** In use; a lock or the statement took too long; cancelled by that or by an abort. */
const BUSY: ReadonlySet<string> = new Set(["55006", "55P03", "57014"]);
const DUPLICATE_DATABASE = "42P04";
/** The server looks for five seconds whether others leave; less than that is no attempt. */
const ATTEMPT_MS_MIN = 1000;

/**
 * Puts the staging database in the target's place, in one transaction that renames both; gives the name under which the old one is kept.
 * While the server renames, nobody new gets in, and who is in is ended. Throws a PgstowError `busy` when somebody cannot be ended in time;
 * then nothing has changed.
 */
export async function switchDatabases(one: Switch): Promise<string> {
  const renamer = await openMaintenance(one);
  try {
    const doorman = await openMaintenance(one);
    try {
      return await untilDeadline(one, renamer, doorman);
    } finally {
      await doorman.close();
    }
  } finally {
    await renamer.close();
  }
}

async function untilDeadline(one: Switch, renamer: DataChannel, doorman: DataChannel): Promise<string> {
  const deadline = performance.now() + one.timeoutMs;
  for (;;) {
    throwIfAborted(one.signal);
    const kept = keptName(one.target.name, new Date());
    const leftMs = Math.max(ATTEMPT_MS_MIN, Math.round(deadline - performance.now()));
    const outcome = (await isBlocked(one, doorman)) ? "blocked" : await attempt(one, renamer, doorman, kept, leftMs);
    if (outcome === "done") return kept;
    throwIfAborted(one.signal);
    if (performance.now() >= deadline) throw await stillInUse(doorman, one.target, one.timeoutMs);
    // Of "name-taken": another swap has taken the name of this second.
    if (outcome !== "busy") await sleep(ASK_EVERY_MS);
  }
}

/** Whether an attempt would be in vain: then nobody is ended, and nobody new is kept out. */
async function isBlocked({ target }: Switch, doorman: DataChannel): Promise<boolean> {
  const { preparedTransactions, sessions } = await readBlockers(doorman, target);
  return preparedTransactions.length + sessions.length > 0;
}

type Outcome = "done" | "busy" | "name-taken";

async function attempt(one: Switch, renamer: DataChannel, doorman: DataChannel, kept: string, leftMs: number): Promise<Outcome> {
  const { signal, target, staging } = one;
  try {
    const limits = ["lock_timeout", "statement_timeout"].map((name) => `SET LOCAL ${name} = ${leftMs.toString()}`);
    const { rows } = await renamer.query(["BEGIN", ...limits, "SELECT pg_catalog.pg_backend_pid() AS pid"].join("; "));
    const pid = rows[0]?.["pid"] ?? "";
    const rename = (from: string, to: string) => whileEnding(doorman, pid, cancellable(renamer, signal, renamer.query(renaming(from, to))));
    await rename(target.name, kept);
    await carryOver(one, renamer, kept);
    throwIfAborted(signal);
    await rename(staging, target.name);
  } catch (error) {
    await renamer.query("ROLLBACK").catch(() => undefined);
    const state = error instanceof PgstowError ? (error.context.sqlstate ?? "") : "";
    if (BUSY.has(state)) return "busy";
    if (state === DUPLICATE_DATABASE) return "name-taken";
    throw error;
  }
  await commit(one, renamer, kept);
  return "done";
}

function renaming(from: string, to: string): string {
  return `ALTER DATABASE ${alwaysQuoted(from)} RENAME TO ${alwaysQuoted(to)}`;
}

/** As the target is at this moment: somebody may have changed it while the restore ran. */
async function carryOver({ target, staging, role }: Switch, renamer: DataChannel, kept: string): Promise<void> {
  const now = await readDatabaseFacts(renamer, { oid: target.oid });
  if (now?.name !== kept) {
    throw new PgstowError(
      "concurrent-change",
      `database "${target.name}" was replaced by another one while the restore ran; that one stays as it is`,
    );
  }
  await checkAgain(renamer, target, now);
  const before = await readDatabaseFacts(renamer, { name: staging });
  const statements = [...settingsLike(now, staging, before?.settings), ...attributesLike(now, staging, role)];
  if (now.owner !== target.owner) statements.unshift(`ALTER DATABASE ${alwaysQuoted(staging)} OWNER TO ${alwaysQuoted(now.owner)}`);
  await renamer.query(statements.join(";\n"));
}

/** Ends sessions in databases whose doors the renaming session keeps shut, until the work is done. */
async function whileEnding<T>(doorman: DataChannel, pid: string, work: Promise<T>): Promise<T> {
  let done = false;
  const settled = work.then(
    () => (done = true),
    () => (done = true),
  );
  while (!done) {
    await Promise.race([settled, sleep(ASK_EVERY_MS)]);
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- it changes meanwhile
    if (!done) await endSessions(doorman, pid);
  }
  return work;
}

async function endSessions(doorman: DataChannel, pid: string): Promise<void> {
  // Only once the lock is held: sessions that are ended before would be back at once.
  const { rows } = await doorman.query(`
    SELECT a.pid FROM pg_catalog.pg_stat_activity a
    JOIN pg_catalog.pg_locks l ON l.objid = a.datid AND l.classid = 'pg_catalog.pg_database'::pg_catalog.regclass
    WHERE l.locktype = 'object' AND l.database = 0 AND l.mode = 'AccessExclusiveLock' AND l.granted AND l.pid = ${pid} AND a.pid <> l.pid`);
  const end = (session: string) => doorman.send(`SELECT pg_catalog.pg_terminate_backend(${session})`).answer;
  // Some may not be ended by this role; the server says so, and they are named when the time is up.
  await Promise.allSettled(rows.map((row) => end(row["pid"] ?? "0")));
}

/** When the answer is lost, the server is asked what became of it. */
async function commit(one: Switch, renamer: DataChannel, kept: string): Promise<void> {
  try {
    await renamer.query("COMMIT");
  } catch (error) {
    if (await isSwitched(one, kept)) return;
    throw error;
  }
}

async function isSwitched(one: Switch, kept: string): Promise<boolean> {
  try {
    return await withMaintenance(one, async (channel) => {
      const { rows } = await channel.query(
        `SELECT FROM pg_catalog.pg_database WHERE oid = ${one.target.oid} AND datname = ${quoteLiteralPortably(kept)}`,
      );
      return rows.length > 0;
    });
  } catch (error) {
    const lost = `the connection was lost while database "${one.target.name}" was switched, so it may be the new one or the old one`;
    throw new PgstowError("connection-lost", lost, {
      cause: error,
      hint: `It is the new one when there is a database "${kept}".`,
    });
  }
}
