import { spawn } from "node:child_process";
import type { ChildProcess, ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";

import { PgstowError } from "../core/errors.ts";
import { SecretMask } from "./mask.ts";

export interface HookRun {
  /** `before`, `after` or `failed`. */
  readonly name: string;
  /** For the shell. */
  readonly command: string;
  /** It gets this as JSON on its standard input. */
  readonly input: unknown;
  /** Seconds; as long as it wants without. */
  readonly timeout: number | undefined;
  /** Replaced in what it prints. */
  readonly secrets: readonly string[];
  /** Takes what it prints, on either output. */
  readonly onOutput: (bytes: Uint8Array) => void;
  readonly signal: AbortSignal | undefined;
}

/** How long a hook may take to end when it is told to. */
const ENDING_MS_MAX = 5000;

/** How long to wait for the output of a hook that is over: what it left running in the background may hold it open. */
const OUTPUT_MS_MAX = 1000;

/** Runs a command of the user's in the shell. Throws a PgstowError `file` when it fails, or what the signal was aborted with. */
export async function runHook(hook: HookRun): Promise<void> {
  hook.signal?.throwIfAborted();
  // It stays in our own process group: a person before the terminal can answer it and interrupt it.
  const child = spawn(hook.command, { shell: true, stdio: "pipe" });
  const told = tellOutput(child, hook);
  // It need not read what it is given.
  child.stdin.on("error", () => undefined);
  child.stdin.end(`${JSON.stringify(hook.input)}\n`);
  const end = await endOf(child, hook);
  await told();
  hook.signal?.throwIfAborted();
  if (end === 0) return;
  throw new PgstowError("file", `the hook "${hook.name}" ${typeof end === "number" ? `failed: exit code ${end}` : end}`);
}

/** Its exit code, or what else ended it. */
async function endOf(child: ChildProcess, { name, timeout, signal }: HookRun): Promise<number | string> {
  const limit = { passed: false };
  const timers: NodeJS.Timeout[] = [];
  const stop = (): void => {
    child.kill("SIGTERM");
    timers.push(setTimeout(() => child.kill("SIGKILL"), ENDING_MS_MAX));
  };
  if (timeout !== undefined) {
    const giveUp = (): void => {
      limit.passed = true;
      stop();
    };
    timers.push(setTimeout(giveUp, timeout * 1000));
  }
  signal?.addEventListener("abort", stop, { once: true });
  try {
    const [code, signalName] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    if (limit.passed) return `took longer than ${String(timeout)} seconds and was ended`;
    return code ?? `failed: ended by ${signalName ?? "nobody"}`;
  } catch (cause) {
    throw new PgstowError("file", `the hook "${name}" could not be run`, { cause });
  } finally {
    for (const timer of timers) clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

/** Passes on what it prints, without secrets. Gives what waits, when it is over, for the last of it. */
function tellOutput(child: ChildProcessWithoutNullStreams, { secrets, onOutput }: HookRun): () => Promise<void> {
  const closed = once(child, "close");
  // It could not be started, which is told elsewhere.
  closed.catch(() => undefined);
  for (const stream of [child.stdout, child.stderr]) {
    const mask = new SecretMask(secrets);
    stream.on("data", (bytes: Buffer) => {
      onOutput(mask.push(bytes));
    });
    stream.on("end", () => {
      onOutput(mask.end());
    });
  }
  return async () => {
    let timer: NodeJS.Timeout | undefined;
    const longEnough = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, OUTPUT_MS_MAX);
    });
    await Promise.race([closed, longEnough]);
    clearTimeout(timer);
    // What still comes is passed on, but nobody waits for it.
    for (const stream of [child.stdout, child.stderr]) (stream as Readable & { unref(): void }).unref();
  };
}
