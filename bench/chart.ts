import type { Outcome } from "./row.ts";

const width = 1000;
const rowHeight = 46;
const top = 86;
/** Where the plot begins and ends. */
const [left, right] = [450, 860];
/** Ratios at both ends, on a logarithmic scale. */
const [lowest, highest] = [0.01, 2];
const grid = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2];

const style = `
  .page { fill: #ffffff; stroke: #d0d7de }
  text { font: 13px -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328 }
  .title { font-size: 16px; font-weight: 600 }
  .small { font-size: 11px; fill: #59636e }
  .value { font-weight: 600 }
  .grid { stroke: #d0d7de }
  .rival { stroke: #59636e; stroke-width: 1.5 }
  .pass { fill: #2f7fd6 }
  .short { fill: #d9822b }
  .goal { stroke: #1f2328; stroke-width: 2 }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117; stroke: #3d444d }
    text { fill: #f0f6fc }
    .small { fill: #9198a1 }
    .grid { stroke: #3d444d }
    .rival { stroke: #9198a1 }
    .goal { stroke: #f0f6fc }
  }`;

/**
 * One bar for each row that has a ratio, from the rival (1) to ours on a logarithmic scale, so that a twentieth and nine tenths can both be read;
 * a tick where the goal is. It brings its own background, dark where the reader prefers that.
 */
export function renderChart(outcomes: readonly Outcome[], caption: string): string {
  const rows = outcomes.filter((outcome) => outcome.rival !== "");
  const bottom = top + rows.length * rowHeight;
  const height = bottom + 78;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="pgstow relative to PostgreSQL's own programs">`,
    `<style>${style}\n</style>`,
    `<rect class="page" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="6"/>`,
    `<text class="title" x="20" y="30">pgstow relative to PostgreSQL's own programs</text>`,
    `<text class="small" x="20" y="49">Wall time, and size in the last row; further left is better. On the right what both needed.</text>`,
    ...grid.flatMap((ratio) => [
      `<line class="${ratio === 1 ? "rival" : "grid"}" x1="${x(ratio)}" y1="${top - 8}" x2="${x(ratio)}" y2="${bottom}"/>`,
      `<text class="small" x="${x(ratio)}" y="${top - 14}" text-anchor="middle">${ratio === 1 ? "1 = rival" : String(ratio)}</text>`,
    ]),
    ...rows.flatMap((outcome, i) => renderRow(outcome, top + i * rowHeight)),
    ...renderLegend(bottom + 24),
    `<text class="small" x="20" y="${bottom + 46}">${escape(memoryText(outcomes))}</text>`,
    `<text class="small" x="20" y="${bottom + 64}">${escape(caption)}</text>`,
    "</svg>",
    "",
  ].join("\n");
}

function renderRow({ work, rival, status, verdict }: Outcome, y: number): string[] {
  const middle = y + rowHeight / 2;
  const labels = [
    `<text x="20" y="${middle - 3}">${escape(fit(work, 68))}</text>`,
    `<text class="small" x="20" y="${middle + 13}">${escape(fit(`beside ${rival}`, 78))}</text>`,
  ];
  const ratio = verdict?.ratio ?? null;
  if (verdict === null || ratio === null)
    return [...labels, `<text class="small" x="${x(1) - 8}" y="${middle + 4}" text-anchor="end">${status}</text>`];
  const end = x(ratio);
  const [from, to] = [Math.min(end, x(1)), Math.max(end, x(1))];
  const goal = verdict.goalRatio === null ? [] : [goalTick(x(verdict.goalRatio), middle)];
  return [
    ...labels,
    `<rect class="${status}" x="${from}" y="${middle - 9}" width="${round(to - from)}" height="18"/>`,
    ...goal,
    `<text class="small" x="${width - 20}" y="${middle + 4}" text-anchor="end">${escape(`${verdict.ours} : ${verdict.rival}`)}</text>`,
    valueText(ratio, end, verdict.goalRatio === null ? null : x(verdict.goalRatio), middle),
  ];
}

/** Beside the bar's end, and clear of the goal's tick. */
function valueText(ratio: number, end: number, goal: number | null, middle: number): string {
  const text = Number(ratio.toPrecision(2)).toString();
  const room = 10 + 8 * text.length;
  const isSlower = ratio > 1;
  const tickInTheWay = goal !== null && (isSlower ? goal >= end && goal < end + room : goal <= end && goal > end - room);
  const start = tickInTheWay ? goal : end;
  return `<text class="value" x="${round(start + (isSlower ? 6 : -6))}" y="${middle + 5}" text-anchor="${isSlower ? "start" : "end"}">${text}</text>`;
}

function goalTick(at: number, middle: number): string {
  return `<line class="goal" x1="${at}" y1="${middle - 14}" x2="${at}" y2="${middle + 14}"/>`;
}

function renderLegend(y: number): string[] {
  return [
    `<rect class="pass" x="20" y="${y - 10}" width="22" height="11"/><text class="small" x="48" y="${y}">reaches its goal</text>`,
    `<rect class="short" x="150" y="${y - 10}" width="22" height="11"/><text class="small" x="178" y="${y}">falls short</text>`,
    `<line class="goal" x1="262" y1="${y - 13}" x2="262" y2="${y + 3}"/><text class="small" x="270" y="${y}">goal</text>`,
  ];
}

/** The row without a rival has no bar. */
function memoryText(outcomes: readonly Outcome[]): string {
  const row = outcomes.find((outcome) => outcome.rival === "" && outcome.verdict !== null);
  const value = row?.verdict?.value;
  return row === undefined || value === undefined ? "" : `${row.work}: ${value}`;
}

function x(ratio: number): number {
  const share = Math.log(Math.min(highest, Math.max(lowest, ratio)) / lowest) / Math.log(highest / lowest);
  return round(left + share * (right - left));
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}

function fit(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
