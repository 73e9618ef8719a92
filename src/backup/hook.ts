import { spawn } from "node:child_process";

import { PgstowError } from "../core/errors.ts";

/** Runs a command of the user's in the shell, with this as JSON on its standard input; what it says goes to standard error. */
export async function runHook(name: string, command: string, input: unknown, signal: AbortSignal | undefined): Promise<void> {
  const code = await new Promise<number | string>((resolve, reject) => {
    const child = spawn(command, { shell: true, stdio: ["pipe", 2, 2], ...(signal === undefined ? {} : { signal }) });
    child.on("error", reject);
    child.on("close", (exitCode, signalName) => {
      resolve(exitCode ?? signalName ?? "");
    });
    // It need not read what it is given.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(`${JSON.stringify(input)}\n`);
  }).catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw new PgstowError("file", `the hook "${name}" could not be run`, { cause });
  });
  if (code === 0) return;
  throw new PgstowError("file", `the hook "${name}" failed: ${typeof code === "number" ? `exit code ${code}` : `ended by ${code}`}`);
}
