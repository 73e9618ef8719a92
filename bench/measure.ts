import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { basename, isAbsolute } from "node:path";
import { performance } from "node:perf_hooks";
import { text } from "node:stream/consumers";
import { setInterval } from "node:timers";

/** What one run of a program cost. */
export interface Cost {
  readonly wallSeconds: number;
  /** User and system time of all its processes with their threads; not of the server. */
  readonly cpuSeconds: number;
  /** Highest resident set of the largest of its processes; null where the system does not tell. */
  readonly peakBytes: number | null;
}

/** A program and its arguments, or several joined by pipes. */
export interface Command {
  readonly pipeline: readonly (readonly string[])[];
  /** Where the last one's standard output goes; thrown away without it. */
  readonly stdout?: string;
}

const sampleMs = 10;

/** Longer than the slowest rival takes; who hangs shall not keep the others from their turns. */
const usualLimitSeconds = 1200;

/** Whether this system tells the peak of a process and who its children are. */
export const memoryIsMeasured = existsSync(`/proc/${String(process.pid)}/task/${String(process.pid)}/children`);

/** How CPU time and memory are measured here; part of the report. */
export const measuredBy = `CPU seconds by the shell's times${memoryIsMeasured ? ", memory by /proc's VmHWM" : "; memory is not measured here"}`;

/** Runs a command to its end. Throws, with the end of what it said, when a program of it fails, and when it takes longer than that. */
export async function measure(command: Command, limitSeconds = usualLimitSeconds): Promise<Cost> {
  const start = performance.now();
  const child = spawn("sh", ["-c", shellScript(command)], { stdio: ["ignore", "ignore", "pipe", "pipe"], env: cleanEnvironment() });
  const report = child.stdio[3] as NodeJS.ReadableStream;
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (part: string) => (said = (said + part).slice(-4000)));
  const reported = text(report);
  const peaks = new Map<number, number>();
  const sampler = setInterval(() => samplePeaks(child.pid, peaks), sampleMs);
  const outcome = { isLate: false };
  const limit = setTimeout(() => {
    outcome.isLate = true;
    for (const pid of child.pid === undefined ? [] : [...childrenOf(child.pid), child.pid]) kill(pid);
  }, limitSeconds * 1000);
  try {
    const [code, signal] = (await once(child, "close")) as [number | null, string | null];
    const wallSeconds = (performance.now() - start) / 1000;
    if (outcome.isLate) throw new Error(`${commandText(command)} did not end within ${String(limitSeconds)} s`);
    if (code !== 0) {
      throw new Error(`${commandText(command)} ended with ${signal ?? `exit code ${String(code)}`}: ${said.trim()}`);
    }
    return { wallSeconds, cpuSeconds: readTimes(await reported), peakBytes: peaks.size === 0 ? null : Math.max(...peaks.values()) };
  } finally {
    clearInterval(sampler);
    clearTimeout(limit);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has just ended.
  }
}

/** For people: without the paths and addresses of one run. */
export function commandText({ pipeline }: Command): string {
  const word = (text: string) => (/^postgres(ql)?:/.test(text) ? "URL" : isAbsolute(text) ? basename(text) : text);
  return pipeline
    .map((argv) =>
      argv
        .map(word)
        .join(" ")
        .replace(/^node main\.js /, "pgstow "),
    )
    .join(" | ");
}

/** sh has no pipefail: a program before the last one says on descriptor 3 that it failed. */
function shellScript({ pipeline, stdout = "/dev/null" }: Command): string {
  const last = pipeline.length - 1;
  const stages = pipeline.map((argv, i) => {
    const words = `${argv.map(quote).join(" ")} 3>&-`;
    return i === last ? `${words} >${quote(stdout)}` : `{ ${words} || { code=$?; echo "failed $code" >&3; }; }`;
  });
  return `${stages.join(" | ")}\ncode=$?\ntimes >&3\nexit $code`;
}

function quote(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** The second line that `times` prints is of the shell's children: "0m1.5s 0m0.2s". */
function readTimes(report: string): number {
  const failed = /^failed (\d+)$/m.exec(report)?.[1];
  if (failed !== undefined) throw new Error(`a program of the pipeline ended with exit code ${failed}`);
  const [user, system] = [...(report.trim().split("\n").at(-1) ?? "").matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds),
  );
  if (user === undefined || system === undefined) throw new Error("the shell gave no times");
  return user + system;
}

/** A high-water mark: what is missed is only what grew after the last look. */
function samplePeaks(shell: number | undefined, peaks: Map<number, number>): void {
  if (shell === undefined || !memoryIsMeasured) return;
  for (const pid of childrenOf(shell)) {
    const highest = /VmHWM:\s+(\d+) kB/.exec(readProc(pid, "status"))?.[1];
    if (highest !== undefined) peaks.set(pid, Number(highest) * 1024);
  }
}

function childrenOf(pid: number): number[] {
  const children = readProc(pid, `task/${String(pid)}/children`)
    .split(" ")
    .map(Number)
    .filter((child) => child > 0);
  return children.flatMap((child) => [child, ...childrenOf(child)]);
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${String(pid)}/${file}`, "utf8");
  } catch {
    // It has just ended.
    return "";
  }
}

/** Without what whoever runs the benchmark has set for libpq and for Node. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(PG[A-Z]+|NODE_OPTIONS)$/.test(name)));
}
