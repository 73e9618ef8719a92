import { median } from "./median.ts";
import type { Cost } from "./measure.ts";
import type { Outcome } from "./row.ts";
import type { Result } from "./trial.ts";

/** Where, with what and when; printed above the tables. */
export type Conditions = Readonly<Record<string, string | number>>;

export interface TrialReport {
  readonly name: string;
  readonly results: readonly Result[];
}

/** All that a run found out; this as JSON is `results.json`. */
export interface Report {
  readonly conditions: Conditions;
  readonly outcomes: readonly Outcome[];
  readonly trials: readonly TrialReport[];
}

/** `chart` is the name of the picture's file, beside the text. */
export function renderReport(report: Report, chart: string): string {
  return [
    "# pgstow beside PostgreSQL's own programs",
    "",
    `![Time and size relative to PostgreSQL's programs](${chart})`,
    "",
    ...Object.entries(report.conditions).map(([name, value]) => `- ${name}: ${String(value)}`),
    "",
    "## Goals",
    "",
    "Ours relative to the rival's, medians of wall time where nothing else is said. Both do the same work: the same rows as COPY text, the same objects.",
    "",
    ...renderOutcomes(report.outcomes),
    ...renderReasons(report.outcomes),
    "",
    "## All programs",
    "",
    "Wall time, CPU seconds and peak memory are those of the program, not of the server; the median, with the fastest and the slowest round.",
    "",
    ...renderTrials(report.trials),
    "",
  ].join("\n");
}

function renderOutcomes(outcomes: readonly Outcome[]): string[] {
  const titles = ["#", "work", "rival", "ours", "rival's", "ours / rival", "goal", "", "beside"];
  const marks = { pass: "✓ pass", short: "✗ falls short", failed: "failed", skipped: "skipped" } as const;
  const rows = outcomes.map(({ number, work, rival, goal, status, verdict }) => [
    String(number),
    work,
    rival,
    verdict?.ours ?? "",
    verdict?.rival ?? "",
    verdict?.value ?? "",
    goal,
    marks[status],
    verdict?.note ?? "",
  ]);
  return renderTable(titles, rows);
}

function renderReasons(outcomes: readonly Outcome[]): string[] {
  const reasons = outcomes
    .filter((outcome) => outcome.verdict === null)
    .map(({ number, status, why }) => `- row ${number} ${status}: ${oneLine(why)}`);
  return reasons.length === 0 ? [] : ["", ...reasons];
}

function renderTrials(trials: readonly TrialReport[]): string[] {
  const rows = trials.flatMap(({ name, results }) =>
    results
      .filter((result) => result.rounds.length > 0)
      .map((result) => [
        name,
        result.ours ? `**${cell(result.contender)}**` : cell(result.contender),
        String(result.rounds.length),
        spread(result.rounds, (cost) => cost.wallSeconds),
        spread(result.rounds, (cost) => cost.cpuSeconds),
        peakText(result.rounds),
        result.bytes === null ? "" : `${(result.bytes / 1e6).toFixed(1)} MB`,
      ]),
  );
  return renderTable(["work", "program", "rounds", "wall s", "CPU s", "peak memory", "written"], rows);
}

function spread(rounds: readonly Cost[], of: (cost: Cost) => number): string {
  const values = rounds.map(of);
  const middle = median(values).toFixed(2);
  return values.length === 1 ? middle : `${middle} (${Math.min(...values).toFixed(2)}–${Math.max(...values).toFixed(2)})`;
}

function peakText(rounds: readonly Cost[]): string {
  const peaks = rounds.flatMap((cost) => cost.peakBytes ?? []);
  return peaks.length === 0 ? "" : `${(Math.max(...peaks) / 1e6).toFixed(0)} MB`;
}

function renderTable(titles: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(titles), line(titles.map(() => "---")), ...rows.map(line)];
}

function cell(text: string): string {
  return text.replaceAll("|", String.raw`\|`);
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}
