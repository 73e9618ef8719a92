import { describe, expect, it } from "vitest";
import type { BackupInfo } from "./backup-info.ts";
import { momentBefore } from "./duration.ts";
import { newBackupId } from "./names.ts";
import { decideRetention, type RetentionPolicy } from "./retention.ts";

const now = new Date("2026-11-22T12:00:00Z");

function backupAt(time: string, tags: readonly string[] = []): BackupInfo {
  const id = newBackupId(new Date(time));
  return {
    id,
    remote: "r",
    name: `r/d-${id}.sql.zst`,
    file: "",
    database: "d",
    label: null,
    tags,
    sizeBytes: 1,
    rawBytes: 1,
    checksum: "",
    startedAt: time,
    finishedAt: time,
    serverVersion: "",
    toolVersion: "",
    tables: 0,
    rows: 0,
    entries: 0,
    options: {},
    verifications: [],
  };
}

/** Newest first, as lists are. */
const times = [
  "2026-11-22T11:00:00Z",
  "2026-11-22T01:00:00Z",
  "2026-11-21T23:59:59Z",
  "2026-11-16T00:00:00Z",
  "2026-11-15T23:59:59Z",
  "2026-10-31T10:00:00Z",
  "2025-12-31T10:00:00Z",
  "2024-12-30T10:00:00Z",
];

function kept(policy: RetentionPolicy, tagged = -1): string[] {
  const backups = times.map((time, index) => backupAt(time, index === tagged ? ["release"] : []));
  return decideRetention(backups, policy, now)
    .filter(({ keep }) => keep)
    .map(({ backup }) => backup.startedAt);
}

describe("retention", () => {
  it("keeps the last so many", () => {
    expect(kept({ keepLast: 2 })).toEqual(times.slice(0, 2));
    expect(kept({ keepLast: 100 })).toEqual(times);
  });

  it("keeps the newest of days, weeks, months and years", () => {
    expect(kept({ keepDaily: 2 })).toEqual([times[0], times[2]]);
    // The 16th of November 2026 is a Monday.
    expect(kept({ keepWeekly: 2 })).toEqual([times[0], times[4]]);
    expect(kept({ keepMonthly: 3 })).toEqual([times[0], times[5], times[6]]);
    expect(kept({ keepYearly: 5 })).toEqual([times[0], times[6], times[7]]);
  });

  it("counts the weeks of ISO 8601: the last days of 2024 and the last days of 2025 lie in the years after them", () => {
    const reasons = decideRetention(
      times.map((time) => backupAt(time)),
      { keepWeekly: 10 },
      now,
    ).map(({ reason }) => reason);
    expect(reasons.slice(-2)).toEqual(["weekly: the last of 2026-W01", "weekly: the last of 2025-W01"]);
  });

  it("keeps tags and spans of time", () => {
    expect(kept({ keepTags: ["release"] }, 6)).toEqual([times[6]]);
    expect(kept({ keepWithin: "1d" })).toEqual(times.slice(0, 3));
  });

  it("removes only what is older, when asked to", () => {
    expect(kept({ olderThan: "1w" })).toEqual(times.slice(0, 5));
    expect(kept({ olderThan: "1y", keepLast: 1 })).toEqual(times.slice(0, 7));
  });

  it("refuses to keep nothing by no rule", () => {
    expect(() => kept({})).toThrow("no rule says");
    expect(() => kept({ keepLast: 0, keepTags: [] })).toThrow("no rule says");
  });

  it("says why", () => {
    const [first, , third] = decideRetention(
      times.map((time) => backupAt(time)),
      { keepLast: 1, keepDaily: 1 },
      now,
    );
    expect(first?.reason).toBe("one of the last 1; daily: the last of 2026-11-22");
    expect(third?.reason).toBe("no rule keeps it");
  });
});

describe("spans of time", () => {
  it("go back by the calendar", () => {
    expect(momentBefore(now, "1y6m").toISOString()).toBe("2025-05-22T12:00:00.000Z");
    expect(momentBefore(now, "2w1d3h").toISOString()).toBe("2026-11-07T09:00:00.000Z");
    expect(momentBefore(now, "90min").toISOString()).toBe("2026-11-22T10:30:00.000Z");
  });

  it("are refused when they are none", () => {
    for (const wrong of ["", "7", "d", "-1d", "1 d", "1q"]) expect(() => momentBefore(now, wrong)).toThrow("no span of time");
  });
});
