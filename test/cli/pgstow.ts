import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import type { RunResult } from "../support/run-program.ts";
import { builtProgram } from "./built-program.ts";

const main = await builtProgram();

export interface PgstowOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** File descriptor for standard output instead of a pipe. */
  readonly stdout?: number;
}

/** A run of the program that is not over yet. */
export interface RunningPgstow {
  readonly child: ChildProcess;
  readonly result: Promise<RunResult>;
  /** Resolves when standard error has said something that matches; rejects when the program ends without it. */
  said(pattern: RegExp): Promise<void>;
}

/** Starts the built program, with none of the caller's PG* variables and a home folder that does not exist. */
export function startPgstow(args: readonly string[], options: PgstowOptions = {}): RunningPgstow {
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ["ignore", options.stdout ?? "pipe", "pipe"],
    env: { PATH: process.env["PATH"] ?? "", HOME: "/nonexistent", TZ: "UTC", ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  let stdout = "";
  let stderr = "";
  let ended = false;
  const listeners = new Set<() => void>();
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    for (const listener of listeners) listener();
  });
  const result = new Promise<RunResult>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      ended = true;
      for (const listener of listeners) listener();
      resolve({ code, stdout, stderr });
    });
  });
  const said = (pattern: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!pattern.test(stderr) && !ended) return;
        listeners.delete(look);
        if (pattern.test(stderr)) resolve();
        else reject(new Error(`pgstow ended without saying ${String(pattern)}: ${stderr}`));
      };
      listeners.add(look);
      look();
    });
  return { child, result, said };
}

/** Runs the program to its end. */
export function runPgstow(args: readonly string[], options: PgstowOptions = {}): Promise<RunResult> {
  return startPgstow(args, options).result;
}
