import type { Progress, ProgressSink } from "../core/progress.ts";
import { PgstowError } from "../core/errors.ts";
import { formatBytes, formatCount, formatSeconds } from "./sizes.ts";

/** Shows how far long work has come. `close` takes the line away again, and must be called before anything else is printed. */
export interface ProgressDisplay {
  readonly sink: ProgressSink;
  close(): void;
}

export interface ProgressDisplayOptions {
  /** `line`: one line that is written over; `json`: a line of JSON each time; `none`: silence. */
  readonly mode: "line" | "json" | "none";
  readonly write: (text: string) => void;
  /** Width of the terminal in characters. */
  readonly columns: () => number;
  /** Milliseconds on a clock that only goes forward. */
  readonly now: () => number;
}

const shownEveryMs = { line: 100, json: 500, none: 0 } as const;

/** The mode that --progress asks for; without it, a line on a terminal and silence elsewhere. */
export function progressMode(wanted: string | undefined, isTerminal: boolean): ProgressDisplayOptions["mode"] {
  switch (wanted) {
    case undefined:
    case "auto":
      return isTerminal ? "line" : "none";
    case "json":
    case "line":
    case "none":
      return wanted;
    default:
      throw new PgstowError("usage", `invalid value "${wanted}" for option --progress: must be auto, line, json or none`);
  }
}

export function createProgressDisplay(options: ProgressDisplayOptions): ProgressDisplay {
  const startedMs = options.now();
  let phaseStartedMs = startedMs;
  let shownMs = -Infinity;
  let shownPhase: Progress["phase"] | undefined;
  let latest: Progress | undefined;
  let lineStands = false;
  let later: NodeJS.Timeout | undefined;

  const show = (progress: Progress, nowMs: number): void => {
    if (progress.phase !== shownPhase) phaseStartedMs = nowMs;
    if (options.mode === "json") {
      const seconds = (nowMs - startedMs) / 1000;
      options.write(`${JSON.stringify({ ...progress, seconds: Number(seconds.toFixed(3)) })}\n`);
    } else {
      options.write(
        `\r${describeProgress(progress, (nowMs - phaseStartedMs) / 1000).slice(0, Math.max(20, options.columns() - 1))}\u001b[K`,
      );
      lineStands = true;
    }
    shownMs = nowMs;
    shownPhase = progress.phase;
    latest = undefined;
    clearTimeout(later);
    later = undefined;
  };
  /** What comes too soon is shown when it is time, even if nothing follows it. */
  const showLater = (): void => {
    later ??= setTimeout(() => {
      later = undefined;
      if (latest !== undefined) show(latest, options.now());
    }, shownEveryMs[options.mode]).unref();
  };

  return {
    sink(progress) {
      if (options.mode === "none") return;
      latest = progress;
      const nowMs = options.now();
      if (progress.phase !== shownPhase || nowMs - shownMs >= shownEveryMs[options.mode]) show(progress, nowMs);
      else showLater();
    },
    close() {
      clearTimeout(later);
      later = undefined;
      if (latest !== undefined && options.mode === "json") show(latest, options.now());
      if (lineStands) options.write("\r\u001b[K");
      lineStands = false;
      shownMs = -Infinity;
    },
  };
}

const phaseWords = {
  catalog: "reading the catalogs",
  schema: "writing the schema",
  data: "copying rows",
  verify: "checking hashes",
  restore: "restoring",
  finish: "finishing",
} as const satisfies Record<Progress["phase"], string>;

/** `seconds` since the phase began. Shape: `copying rows  1.2 GB of 3.4 GB (35%)  12,345,678 rows  240 MB/s  9s left  TABLE DATA public.t` */
export function describeProgress(progress: Progress, seconds: number): string {
  const { rawBytes, rawBytesTotal, rows, entriesDone, entriesTotal } = progress;
  const parts: string[] = [phaseWords[progress.phase]];
  if (progress.phase === "finish") return phaseWords.finish;
  if (rawBytes > 0 || progress.phase === "data") {
    // A dump's total is the server's estimate, and may be passed.
    const share = rawBytes <= rawBytesTotal && rawBytesTotal > 0 ? rawBytes / rawBytesTotal : 0;
    const total = share > 0 ? ` of ${formatBytes(rawBytesTotal)} (${String(Math.floor(share * 100))}%)` : "";
    parts.push(`${formatBytes(rawBytes)}${total}`);
    if (rows > 0) parts.push(`${formatCount(rows)} rows`);
    if (seconds > 0) parts.push(`${formatBytes(rawBytes / seconds)}/s`);
    if (share > 0.01 && share < 1) parts.push(`${formatSeconds((seconds * (1 - share)) / share)} left`);
  } else if (entriesTotal > 0) {
    parts.push(`${formatCount(entriesDone)} of ${formatCount(entriesTotal)} entries`);
  }
  if (progress.entry !== undefined) parts.push(progress.entry);
  return parts.join("  ").replaceAll(/\p{Cc}/gu, " ");
}
