import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { open, readFile, rm } from "node:fs/promises";
import { performance } from "node:perf_hooks";
import { setInterval } from "node:timers";

/** What one run of a program cost. */
export interface Cost {
  readonly wallSeconds: number;
  /** User and system time of the process with all its threads and waited-for children, not of the server. */
  readonly cpuSeconds: number;
  /** Highest resident set. */
  readonly peakBytes: number;
}

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  /** Where its standard output goes. */
  readonly stdout: string;
}

/** How CPU time and memory are measured on this machine; part of the report. */
export const measuredBy = existsSync("/usr/bin/time") && isGnuTime() ? "GNU time (rusage of the process)" : "/proc, sampled every 5 ms";

function isGnuTime(): boolean {
  // BusyBox and BSD know no %M; GNU's program carries its name.
  return readFileSync("/usr/bin/time").includes("GNU");
}

/** Runs a program to its end. Throws, with the end of what it said, when its exit code is not 0. */
export async function measure(command: Command, scratchFile: string): Promise<Cost> {
  return measuredBy.startsWith("GNU") ? measureByTime(command, scratchFile) : measureByProc(command);
}

async function measureByTime(command: Command, scratchFile: string): Promise<Cost> {
  const { wallSeconds } = await run({
    ...command,
    program: "/usr/bin/time",
    args: ["-f", "%U %S %M", "-o", scratchFile, command.program, ...command.args],
  });
  const [user, system, peakKibibytes] = (await readFile(scratchFile, "utf8")).trim().split("\n").at(-1)?.split(" ").map(Number) ?? [];
  await rm(scratchFile);
  if (user === undefined || system === undefined || peakKibibytes === undefined) throw new Error("/usr/bin/time gave no times");
  return { wallSeconds, cpuSeconds: user + system, peakBytes: peakKibibytes * 1024 };
}

async function measureByProc(command: Command): Promise<Cost> {
  let cpuSeconds = 0;
  let peakBytes = 0;
  const { wallSeconds } = await run(command, (pid) => {
    try {
      const fields =
        readFileSync(`/proc/${String(pid)}/stat`, "utf8")
          .split(") ")[1]
          ?.split(" ")
          .map(Number) ?? [];
      cpuSeconds = Math.max(cpuSeconds, ((fields[11] ?? 0) + (fields[12] ?? 0)) / 100);
      const highest = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${String(pid)}/status`, "utf8"))?.[1];
      peakBytes = Math.max(peakBytes, Number(highest ?? 0) * 1024);
    } catch {
      // It has just ended.
    }
  });
  return { wallSeconds, cpuSeconds, peakBytes };
}

async function run(command: Command, sample?: (pid: number) => void): Promise<{ wallSeconds: number }> {
  const stdout = await open(command.stdout, "w");
  try {
    const start = performance.now();
    const child = spawn(command.program, command.args, { stdio: ["ignore", stdout.fd, "pipe"], env: cleanEnvironment() });
    let said = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-4000)));
    const sampler = sample && setInterval(() => child.pid !== undefined && sample(child.pid), 5);
    const [code, signal] = (await once(child, "close")) as [number | null, string | null];
    clearInterval(sampler);
    const wallSeconds = (performance.now() - start) / 1000;
    if (code !== 0) throw new Error(`${command.program} ended with ${signal ?? `exit code ${String(code)}`}: ${said.trim()}`);
    return { wallSeconds };
  } finally {
    await stdout.close();
  }
}

/** Without the PG* variables of whoever runs the benchmark. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^PG[A-Z]+$/.test(name)));
}
