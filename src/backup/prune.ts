import type { BackupInfo } from "./backup-info.ts";
import { lastVerification } from "./backup-info.ts";
import { changeCatalogue } from "./catalogue-file.ts";
import type { BackupContext, WorkOptions } from "./create.ts";
import { backupsBeingRead } from "./in-use.ts";
import { listFolder } from "./list.ts";
import { baseName } from "./names.ts";
import { PgstowError } from "../core/errors.ts";
import { acquireLock } from "../store/lock.ts";
import type { StoreLock } from "../store/lock.ts";
import { decideRetention } from "./retention.ts";
import type { RetentionDecision, RetentionPolicy } from "./retention.ts";
import { verifyBackup } from "./verify.ts";

const UNFINISHED_MS_MAX = 24 * 3_600_000;

export interface PruneOptions extends WorkOptions {
  /** Only decides. */
  readonly dryRun?: boolean | undefined;
}

export interface PruneReport {
  readonly remote: string;
  /** One for each backup, newest first. */
  readonly decisions: readonly RetentionDecision[];
  /** Addresses of what writers that died have left behind. */
  readonly unfinished: readonly string[];
  readonly dryRun: boolean;
}

/**
 * Removes what a policy does not keep; never the last backup of a remote that verifies, never one that is being read. What a writer that
 * died has left behind goes after a day.
 */
export async function pruneBackups(
  context: BackupContext,
  remote: string,
  policy: RetentionPolicy,
  options: PruneOptions,
): Promise<PruneReport> {
  const { store } = context;
  // A wrong policy shall not have to wait.
  decideRetention([], policy, new Date());
  const lock = await lockUnlessFull(context, remote, options);
  try {
    const backups = await listFolder(store, remote, context.process, options.onDiagnostic ?? (() => undefined));
    const wanted = decideRetention(backups, policy, new Date());
    const safe = await keepOneThatVerifies(context, wanted, options);
    const reading = await backupsBeingRead(store, remote, context.process);
    const decisions = safe.map((decision): RetentionDecision => {
      const isRead = !decision.keep && reading.has(decision.backup.name);
      return isRead ? { ...decision, keep: true, reason: "it is being read" } : decision;
    });
    if (options.dryRun !== true) await remove(context, remote, decisions);
    return { remote, decisions, unfinished: await cleanUp(context, remote, options), dryRun: options.dryRun ?? false };
  } finally {
    await lock?.release();
  }
}

const FULL = ["ENOSPC", "EDQUOT"];

/**
 * A full disk has no room for the lock either, and must be the last to keep old backups from being removed. Without the lock nothing is
 * lost: a backup that is being made has another name, and what two prunes remove is gone as with one.
 */
async function lockUnlessFull(context: BackupContext, remote: string, options: PruneOptions): Promise<StoreLock | undefined> {
  try {
    return await acquireLock(context.store, `${remote}/.lock`, { purpose: `backup of "${remote}"`, process: context.process });
  } catch (error) {
    const code = error instanceof PgstowError && error.cause instanceof Error && "code" in error.cause ? error.cause.code : undefined;
    if (!(error instanceof PgstowError) || !FULL.includes(String(code))) throw error;
    options.onDiagnostic?.({ severity: "warning", code: "no-lock", message: `there is no room for a lock: ${error.message}` });
    return undefined;
  }
}

/** Of those that stay at least one must verify, or the newest that does stays as well; when none does, all stay. */
async function keepOneThatVerifies(
  context: BackupContext,
  decisions: readonly RetentionDecision[],
  options: PruneOptions,
): Promise<readonly RetentionDecision[]> {
  const removed = decisions.filter(({ keep }) => !keep);
  if (removed.length === 0) return decisions;
  const verifies = async ({ backup }: RetentionDecision) => isGood(context, backup, options);
  for (const decision of decisions) if (decision.keep && (await verifies(decision))) return decisions;
  for (const last of removed) {
    if (!(await verifies(last))) continue;
    return decisions.map((one) => (one === last ? { ...one, keep: true, reason: "the last backup that verifies" } : one));
  }
  return decisions.map((one) => (one.keep ? one : { ...one, keep: true, reason: "no backup of this remote verifies, so none is removed" }));
}

async function isGood(context: BackupContext, backup: BackupInfo, options: PruneOptions): Promise<boolean> {
  const last = lastVerification(backup);
  if (last?.ok === true && last.level !== "structure") return true;
  const { signal, onDiagnostic } = options;
  return (await verifyBackup(context, backup, { signal, onDiagnostic })).ok;
}

async function remove(context: BackupContext, remote: string, decisions: readonly RetentionDecision[]): Promise<void> {
  const removed = new Set<string>();
  // Oldest first: whatever ends this half-way leaves the newer ones.
  for (const { backup } of decisions.filter(({ keep }) => !keep).reverse()) {
    await context.store.remove(backup.name);
    removed.add(baseName(backup.name));
  }
  if (removed.size === 0) return;
  const without = <T>(all: Readonly<Record<string, T>>) => Object.fromEntries(Object.entries(all).filter(([name]) => !removed.has(name)));
  await changeCatalogue(context.store, remote, context.process, ({ files, verifications }) => ({
    files: without(files),
    verifications: without(verifications),
  }));
}

async function cleanUp(context: BackupContext, remote: string, options: PruneOptions): Promise<string[]> {
  const { store } = context;
  const now = (await store.now()).getTime();
  const old = (await store.unfinished(remote)).filter(({ modifiedAt }) => now - modifiedAt.getTime() > UNFINISHED_MS_MAX);
  for (const file of old) if (options.dryRun !== true) await file.remove();
  return old.map(({ name }) => store.addressOf(name));
}
