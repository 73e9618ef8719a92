import type { Contest, Result } from "./contest.ts";
import { megabytes } from "./contest.ts";
import type { Cost } from "./measure.ts";
import { customRival, plainRival, restoreRival } from "./rivals.ts";

/** Where, with what and when; printed above the tables. */
export type Conditions = Readonly<Record<string, string | number>>;

export interface Report {
  readonly conditions: Conditions;
  readonly contests: readonly Contest[];
}

/** The targets that we have set ourselves. */
const dumpRatioMax = 1.15;
const restoreRatioMax = 1.1;
const peakBytesMax = 200e6;
/** "The same memory for a database ten times as large" leaves room for what the garbage collector does. */
const peakGrowthMax = 1.15;

export function renderReport(report: Report): string {
  const conditions = Object.entries(report.conditions).map(([name, value]) => `- ${name}: ${String(value)}`);
  const contests = report.contests.flatMap((contest) => [
    "",
    `## ${megabytes(contest.databaseBytes)} of rows`,
    "",
    ...renderContest(contest),
  ]);
  return [
    "# pgstow beside pg_dump and pg_restore",
    "",
    ...conditions,
    ...contests,
    "",
    "## Targets",
    "",
    ...renderTargets(report.contests),
    "",
  ].join("\n");
}

function renderContest(contest: Contest): string[] {
  const median = (name: string) => medianOf(resultOf(contest, name), "wallSeconds");
  const ratio = (result: Result, job: Result["job"], rival: string) =>
    result.job === job ? `${(medianOf(result, "wallSeconds") / median(rival)).toFixed(2)} ×` : "";
  const rows = contest.results.map((result) => [
    result.ours ? `**${result.name}**` : result.name,
    medianOf(result, "wallSeconds").toFixed(2),
    medianOf(result, "cpuSeconds").toFixed(2),
    megabytes(medianOf(result, "peakBytes")),
    result.archiveBytes === null ? "" : megabytes(result.archiveBytes),
    result.archiveBytes === null ? "" : `${((result.archiveBytes / contest.databaseBytes) * 100).toFixed(1)} %`,
    ratio(result, "dump", plainRival),
    ratio(result, "dump", customRival),
    ratio(result, "restore", restoreRival),
  ]);
  const titles = ["program", "wall s", "CPU s", "peak memory", "archive", "of rows"];
  return renderMarkdownTable([...titles, ...[plainRival, customRival, restoreRival].map((rival) => `time of ${rival}`)], rows);
}

function renderMarkdownTable(titles: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = titles.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const pad = (text: string, column: number) => (column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0));
  const line = (cells: readonly string[]) => `| ${cells.map(pad).join(" | ")} |`;
  const rule = widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [line(titles), line(rule), ...rows.map(line)];
}

function renderTargets(contests: readonly Contest[]): string[] {
  const largest = contests.at(-1);
  if (largest === undefined) return [];
  const ours = largest.results.filter((result) => result.ours);
  const seconds = (name: string) => medianOf(resultOf(largest, name), "wallSeconds");
  const lines: string[] = [];
  for (const result of ours) {
    const [rival, limit] = result.job === "dump" ? [plainRival, dumpRatioMax] : [restoreRival, restoreRatioMax];
    lines.push(
      target(
        `${result.name}: at most ${String(limit)} × the time of ${rival}`,
        seconds(result.name) / seconds(rival),
        limit,
        (x) => `${x.toFixed(2)} ×`,
      ),
    );
  }
  for (const result of ours) {
    const peak = Math.max(...contests.map((contest) => highest(resultOf(contest, result.name))));
    lines.push(target(`${result.name}: peak memory at most ${megabytes(peakBytesMax)}`, peak, peakBytesMax, megabytes));
  }
  const smallest = contests[0];
  if (smallest === undefined || smallest === largest) return lines;
  const sizes = `${megabytes(smallest.databaseBytes)} and ${megabytes(largest.databaseBytes)}`;
  for (const { name } of ours) {
    const growth = medianOf(resultOf(largest, name), "peakBytes") / medianOf(resultOf(smallest, name), "peakBytes");
    lines.push(
      target(
        `${name}: the same peak memory for ${sizes} (at most ${String(peakGrowthMax)} ×)`,
        growth,
        peakGrowthMax,
        (x) => `${x.toFixed(2)} ×`,
      ),
    );
  }
  return lines;
}

function target(text: string, value: number, limit: number, show: (value: number) => string): string {
  return `- ${value <= limit ? "met" : "**missed**"}: ${text}: ${show(value)}`;
}

function resultOf(contest: Contest, name: string): Result {
  const result = contest.results.find((candidate) => candidate.name === name);
  if (result === undefined) throw new Error(`nothing measured for ${name}`);
  return result;
}

function highest(result: Result): number {
  return Math.max(...result.rounds.map((cost) => cost.peakBytes));
}

function medianOf(result: Result, field: keyof Cost): number {
  const values = result.rounds.map((cost) => cost[field]).sort((a, b) => a - b);
  const [low, high] = [values[Math.floor((values.length - 1) / 2)], values[Math.ceil((values.length - 1) / 2)]];
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
}
