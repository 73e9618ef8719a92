import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runChecked, runProgram, type RunResult } from "../support/run-program.ts";
import { builtProgram } from "./built-program.ts";

/** A folder with pgstow's pg_dump, pg_restore, pg_dumpall and psql, and a machine on which there are no others. */
export interface Shims {
  readonly folder: string;
  /** An environment whose PATH has this folder alone, and none of the caller's PG* variables. */
  environment(more?: Readonly<Record<string, string>>): Record<string, string>;
  run(program: string, args: readonly string[], options?: ShimRunOptions): Promise<RunResult>;
  /** A line for the shell, as a script or a Makefile would have it. */
  shell(line: string, options?: ShimRunOptions): Promise<RunResult>;
}

export interface ShimRunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string | Uint8Array;
}

/** Writes them by `pgstow shim`. The folder is the caller's to remove. */
export async function createShims(): Promise<Shims> {
  const folder = join(await mkdtemp(join(tmpdir(), "pgstow-shims-")), "bin");
  await runChecked(process.execPath, [await builtProgram(), "shim", folder]);
  const environment = (more: Readonly<Record<string, string>> = {}) => ({ PATH: folder, HOME: "/nonexistent", TZ: "UTC", ...more });
  const run = (program: string, args: readonly string[], { env, ...options }: ShimRunOptions = {}) =>
    runProgram(program, args, { ...options, env: environment(env) });
  return {
    folder,
    environment,
    run: (program, args, options) => run(join(folder, program), args, options),
    shell: (line, options) => run("/bin/sh", ["-c", line], options),
  };
}
