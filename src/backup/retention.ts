import { PgstowError } from "../core/errors.ts";
import type { BackupInfo } from "./backup-info.ts";
import { momentBefore } from "./duration.ts";
import { timeOfId } from "./names.ts";

/** Which backups stay. A backup that one rule keeps is kept; days, weeks, months and years are those of UTC. */
export interface RetentionPolicy {
  /** The newest so many. */
  readonly keepLast?: number | undefined;
  /** The newest of each of the last so many days (weeks, ...) that have a backup. */
  readonly keepDaily?: number | undefined;
  readonly keepWeekly?: number | undefined;
  readonly keepMonthly?: number | undefined;
  readonly keepYearly?: number | undefined;
  /** All that have one of these tags. */
  readonly keepTags?: readonly string[] | undefined;
  /** All of this span of time: `14d`. */
  readonly keepWithin?: string | undefined;
  /** Removes only what is older than this: `30d`. Alone it removes all that is. */
  readonly olderThan?: string | undefined;
}

export interface RetentionDecision {
  readonly backup: BackupInfo;
  readonly keep: boolean;
  /** Why, in words. */
  readonly reason: string;
}

const PERIODS = [
  ["keepDaily", "daily", (time: Date) => time.toISOString().slice(0, 10)],
  ["keepWeekly", "weekly", weekOf],
  ["keepMonthly", "monthly", (time: Date) => time.toISOString().slice(0, 7)],
  ["keepYearly", "yearly", (time: Date) => time.toISOString().slice(0, 4)],
] as const;

/** Decides for the backups of one remote, newest first. Throws `usage` for a policy without rules: it would remove everything. */
export function decideRetention(backups: readonly BackupInfo[], policy: RetentionPolicy, now: Date): RetentionDecision[] {
  const reasons = backups.map((): string[] => []);
  const because = (index: number, reason: string) => reasons[index]?.push(reason);
  const { keepLast = 0, keepTags = [], keepWithin, olderThan } = policy;
  const hasRule = keepLast > 0 || keepTags.length > 0 || keepWithin !== undefined || PERIODS.some(([rule]) => (policy[rule] ?? 0) > 0);
  if (!hasRule && olderThan === undefined) {
    throw new PgstowError("usage", "no rule says which backups to keep", { hint: "Give --keep-last 7, --older-than 30d, or the like." });
  }
  for (let index = 0; index < Math.min(keepLast, backups.length); index++) because(index, `one of the last ${keepLast}`);
  for (const [rule, name, periodOf] of PERIODS) keepPeriods(backups, policy[rule] ?? 0, name, periodOf, because);
  const within = keepWithin === undefined ? undefined : momentBefore(now, keepWithin);
  const limit = olderThan === undefined ? undefined : momentBefore(now, olderThan);
  backups.forEach((backup, index) => {
    const tag = keepTags.find((wanted) => backup.tags.includes(wanted));
    if (tag !== undefined) because(index, `has the tag "${tag}"`);
    if (within !== undefined && timeOf(backup) >= within) because(index, `within ${keepWithin ?? ""}`);
    if (limit !== undefined && timeOf(backup) >= limit) because(index, `not older than ${olderThan ?? ""}`);
  });
  return backups.map((backup, index) => {
    const why = reasons[index] ?? [];
    if (why.length > 0) return { backup, keep: true, reason: why.join("; ") };
    return { backup, keep: false, reason: olderThan === undefined ? "no rule keeps it" : `older than ${olderThan}` };
  });
}

function keepPeriods(
  backups: readonly BackupInfo[],
  count: number,
  name: string,
  periodOf: (time: Date) => string,
  because: (index: number, reason: string) => unknown,
): void {
  const seen = new Set<string>();
  backups.forEach((backup, index) => {
    const period = periodOf(timeOf(backup));
    if (seen.has(period) || seen.size >= count) return;
    seen.add(period);
    because(index, `${name}: the last of ${period}`);
  });
}

export function timeOf(backup: BackupInfo): Date {
  return timeOfId(backup.id) ?? new Date(backup.startedAt);
}

/** ISO 8601's week: `2026-W47`. It belongs to the year that its Thursday is in. */
function weekOf(time: Date): string {
  const thursday = new Date(time);
  thursday.setUTCDate(time.getUTCDate() + 3 - ((time.getUTCDay() + 6) % 7));
  const days = (thursday.getTime() - Date.UTC(thursday.getUTCFullYear(), 0, 1)) / 86_400_000;
  return `${thursday.getUTCFullYear()}-W${String(Math.floor(days / 7) + 1).padStart(2, "0")}`;
}
