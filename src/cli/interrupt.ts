import { PgstowError } from "../core/errors.ts";

const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type EndSignal = keyof typeof exitCodes;

/** Turns the signals that end a program into an AbortSignal, so that work in hand can be undone first. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** The exit code that the signal asks for; undefined while there was none. */
  exitCode(): number | undefined;
}

/** The second signal of the same kind ends the program at once, as if nobody listened. */
export function listenForInterruption(processToWatch: NodeJS.Process): Interruption {
  const controller = new AbortController();
  let received: EndSignal | undefined;
  for (const name of Object.keys(exitCodes) as EndSignal[]) {
    processToWatch.once(name, () => {
      received ??= name;
      controller.abort(new PgstowError("aborted", `interrupted by ${name}`));
    });
  }
  return { signal: controller.signal, exitCode: () => (received === undefined ? undefined : exitCodes[received]) };
}
