import type { CommandLine } from "../command-line.ts";
import type { LineSource } from "../line-source.ts";
import type { Scanner } from "../scanner.ts";
import type { ScriptOutcome } from "../script-runner.ts";
import type { ScriptState } from "../script-state.ts";

export type CommandOutcome =
  | { readonly type: "done" }
  /** What went wrong has been said. */
  | { readonly type: "failed" }
  /** The script ends with it. */
  | { readonly type: "end"; readonly outcome: ScriptOutcome };

/** What a backslash command works with. */
export interface CommandContext {
  readonly state: ScriptState;
  readonly line: CommandLine;
  /** Holds the statement that stands before the command. */
  readonly scanner: Scanner;
  readonly runScript: (source: LineSource) => Promise<ScriptOutcome>;
  /** As the script spells it. */
  readonly name: string;
}

export type BackslashCommand = (context: CommandContext) => CommandOutcome | Promise<CommandOutcome>;

export const DONE: CommandOutcome = { type: "done" };
export const FAILED: CommandOutcome = { type: "failed" };

/** Says what is wrong; the command's outcome. */
export function fail({ state }: Pick<CommandContext, "state">, message: string, hint?: string): CommandOutcome {
  state.reporter.problem(message, state.place, hint);
  return FAILED;
}

/** Not said with -q. */
export function confirm({ state }: Pick<CommandContext, "state">, text: string): void {
  if (!state.variables.isOn("QUIET")) state.tell(`${text}\n`);
}
