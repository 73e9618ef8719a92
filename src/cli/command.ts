import type { Messages } from "./messages.ts";
import type { OptionSpec, ParsedArguments } from "./option.ts";

/** One command of the program. Its module is loaded only when it runs. */
export interface Command {
  readonly name: string;
  /** After the program's name, as in `dump [options] [DBNAME]`. */
  readonly usage: string;
  readonly describe: string;
  readonly positionalsMax: number;
  readonly options: readonly OptionSpec[];
  readonly examples?: readonly (readonly [command: string, does: string])[];
  /** Gives the exit code, where it is not 0 for certain. */
  run(args: ParsedArguments, context: CommandContext): Promise<number> | Promise<void>;
}

/** Commands by name, and how to get at them: none is loaded before it is asked for. */
export type CommandTable = Readonly<Record<string, { readonly does: string; readonly load: () => Promise<Command> }>>;

export interface CommandContext {
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
  readonly messages: Messages;
}

/** Options that every command has. */
export const generalOptions: readonly OptionSpec[] = [
  { name: "verbose", short: "v", type: "flag", describe: "say on standard error what is being done", group: "General options:" },
  { name: "debug", type: "flag", describe: "show the stack trace of an error", group: "General options:" },
  { name: "version", short: "V", type: "flag", describe: "print the version, then exit", group: "General options:" },
  { name: "help", short: "?", type: "flag", describe: "show this help, then exit", group: "General options:" },
];
