import type { PruneReport } from "../../backup/prune.ts";
import type { RetentionDecision } from "../../backup/retention.ts";
import { formatBytes } from "../sizes.ts";
import { type Column, renderTable } from "../text-table.ts";
import { formatAge } from "./backup-text.ts";

/** What prune decided and did, for people: a line for each backup with its reason; nothing when there was nothing to decide. */
export function pruneText(reports: readonly PruneReport[]): string {
  return reports.map(reportText).join("");
}

function reportText({ remote, decisions, unfinished, dryRun }: PruneReport): string {
  if (decisions.length === 0 && unfinished.length === 0) return "";
  const removed = decisions.filter(({ keep }) => !keep);
  const bytes = removed.reduce((sum, { backup }) => sum + backup.sizeBytes, 0);
  const columns: readonly Column<RetentionDecision>[] = [
    { title: "Id", cell: ({ backup }) => backup.id },
    { title: "Age", cell: ({ backup }) => formatAge(backup.startedAt, new Date()), right: true },
    { title: "", cell: ({ keep }) => (keep ? "keep" : "remove") },
    { title: "Why", cell: ({ reason }) => reason },
  ];
  const left = unfinished.map((file) => `${dryRun ? "Would remove" : "Removed"} what an unfinished run left: ${file}\n`).join("");
  const sum = `${dryRun ? "Would remove" : "Removed"} ${removed.length} of ${decisions.length} backups of ${remote} (${formatBytes(bytes)}).\n`;
  return (decisions.length === 0 ? "" : renderTable(columns, decisions)) + left + sum;
}
