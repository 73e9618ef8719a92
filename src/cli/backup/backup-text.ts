import type { BackupInfo } from "../../backup/backup-info.ts";
import { formatBytes, formatCount, formatSeconds } from "../sizes.ts";
import type { Column } from "../text-table.ts";

/** How much smaller the archive is than the data in it: `3.9x`; nothing for a backup without data. */
export function formatRatio({ rawBytes, sizeBytes }: Pick<BackupInfo, "rawBytes" | "sizeBytes">): string {
  return rawBytes === 0 || sizeBytes === 0 ? "-" : `${(rawBytes / sizeBytes).toFixed(1)}x`;
}

/** How long ago: `45s`, `12m`, `3h`, `17d`. A backup from the future is `0s` old. */
export function formatAge(from: string, now: Date): string {
  const seconds = Math.max(0, (now.getTime() - Date.parse(from)) / 1000);
  if (seconds < 60) return `${Math.floor(seconds)}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 2 * 86_400) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

export function durationOf({ startedAt, finishedAt }: Pick<BackupInfo, "startedAt" | "finishedAt">): string {
  const seconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
  return seconds < 10 ? `${Math.max(0, seconds).toFixed(1)}s` : formatSeconds(seconds);
}

function verifiedText({ verifications }: BackupInfo): string {
  const last = verifications.at(-1);
  if (last === undefined) return "no";
  return last.ok ? last.level : "FAILED";
}

export function backupColumns(now: Date): readonly Column<BackupInfo>[] {
  return [
    { title: "Id", cell: ({ id }) => id },
    { title: "Remote", cell: ({ remote }) => remote },
    { title: "Database", cell: ({ database }) => database },
    { title: "Age", cell: ({ startedAt }) => formatAge(startedAt, now), right: true },
    { title: "Size", cell: ({ sizeBytes }) => formatBytes(sizeBytes), right: true },
    { title: "Ratio", cell: formatRatio, right: true },
    { title: "Tables", cell: ({ tables }) => formatCount(tables), right: true },
    { title: "Rows", cell: ({ rows }) => formatCount(rows), right: true },
    { title: "Verified", cell: verifiedText },
    { title: "Label", cell: ({ label, tags }) => [label ?? "", ...tags.map((tag) => `#${tag}`)].filter((part) => part !== "").join(" ") },
  ];
}

/** All of one backup, a fact a line. */
export function backupText(backup: BackupInfo): string {
  const options = Object.entries(backup.options).map(([name, value]) => (value === true ? `--${name}` : `--${name}=${String(value)}`));
  const verified = backup.verifications.map(({ at, level, ok, problem }): [string, string] => [
    "Verified",
    `${at} ${level}: ${ok ? "ok" : `FAILED: ${problem ?? ""}`}`,
  ]);
  const facts: [string, string][] = [
    ["Id", backup.id],
    ["Remote", backup.remote],
    ["File", backup.file],
    ["Database", backup.database],
    ["Server", `PostgreSQL ${backup.serverVersion}`],
    ["Started", backup.startedAt],
    ["Duration", durationOf(backup)],
    ["Size", sizeText(backup)],
    ["Tables", formatCount(backup.tables)],
    ["Rows", formatCount(backup.rows)],
    ["Entries", formatCount(backup.entries)],
    ["Options", options.join(" ") || "none"],
    ["Label", backup.label ?? ""],
    ["Tags", backup.tags.join(", ")],
    ["Made by", `pgstow ${backup.toolVersion}`],
    ["Checksum", backup.checksum],
    ...(verified.length === 0 ? [["Verified", "no"] as [string, string]] : verified),
  ];
  return lines(facts);
}

export function createdText(backup: BackupInfo): string {
  return `Backup created: ${backup.id}\n${lines([
    ["File", backup.file],
    ["Size", sizeText(backup)],
    ["Holds", `${formatCount(backup.tables)} tables, ${formatCount(backup.rows)} rows`],
    ["Duration", durationOf(backup)],
    ["Checksum", backup.checksum],
  ])}`;
}

function sizeText(backup: BackupInfo): string {
  return `${formatBytes(backup.sizeBytes)} (${formatBytes(backup.rawBytes)} of data, ratio ${formatRatio(backup)})`;
}

function lines(facts: readonly (readonly [string, string])[]): string {
  return facts
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${`${name}:`.padEnd(10)} ${value.replaceAll(/\p{Cc}/gu, " ")}\n`)
    .join("");
}
