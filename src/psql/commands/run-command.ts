import { ArgumentError } from "../command-line.ts";
import type { CommandLine } from "../command-line.ts";
import type { LineSource } from "../line-source.ts";
import type { Scanner } from "../scanner.ts";
import type { ScriptOutcome } from "../script-runner.ts";
import type { ScriptState } from "../script-state.ts";
import { DONE, fail } from "./command.ts";
import type { BackslashCommand, CommandContext, CommandOutcome } from "./command.ts";
import { conditionalCommands } from "./conditional-commands.ts";
import { connectCommand } from "./connect-command.ts";
import { displayCommands } from "./display-commands.ts";
import { echoCommands } from "./echo-commands.ts";
import { includeCommands } from "./include-commands.ts";
import { restrictCommand, unrestrictCommand } from "./restrict-commands.ts";
import { sendCommands } from "./send-commands.ts";
import { sessionCommands } from "./session-commands.ts";
import { variableCommands } from "./variable-commands.ts";

export type { CommandOutcome } from "./command.ts";

const COMMANDS: Readonly<Record<string, BackslashCommand>> = {
  ...displayCommands,
  ...echoCommands,
  ...includeCommands,
  ...sendCommands,
  ...sessionCommands,
  ...variableCommands,
  c: connectCommand,
  connect: connectCommand,
  restrict: restrictCommand,
  unrestrict: unrestrictCommand,
};

/** Commands of psql that are not obeyed here. */
const REFUSED: ReadonlySet<string> = new Set(
  `? bind bind_named cd close close_prepared conninfo copy copyright crosstabview e edit ef endpipeline errverbose ev
  flush flushrequest g gdesc getresults h help html lo_export lo_import lo_list lo_unlink parse password prompt s sendpipeline setenv sf
  startpipeline sv syncpipeline w watch write z H T`.split(/\s+/),
);

/** Runs the command whose name the line begins with. Throws what the reporter throws for what is refused. */
export async function runCommand(
  state: ScriptState,
  line: CommandLine,
  scanner: Scanner,
  runScript: (source: LineSource) => Promise<ScriptOutcome>,
): Promise<CommandOutcome> {
  const context: CommandContext = { state, line, scanner, runScript, name: line.command };
  try {
    return await obey(context);
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    if (error.isShell) state.reporter.refusal(`\\${line.command}: ${error.message}`, state.place);
    line.discard();
    return fail(context, error.message);
  }
}

async function obey(context: CommandContext): Promise<CommandOutcome> {
  const { state, line, name } = context;
  if (state.restrictKey !== undefined && name !== "unrestrict") {
    line.discard();
    return fail(context, "backslash commands are restricted; only \\unrestrict is allowed");
  }
  const conditional = Object.hasOwn(conditionalCommands, name) ? conditionalCommands[name] : undefined;
  if (conditional === undefined && !state.conditionals.isActive) {
    line.skip();
    return DONE;
  }
  const command = conditional ?? (Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined);
  if (command === undefined) return refuse(context);
  const outcome = await command(context);
  if (outcome.type !== "failed") {
    for (const { text } of line.all()) state.reporter.warning(`\\${name}: extra argument "${text}" ignored`, state.place);
  } else line.discard();
  return outcome;
}

function refuse(context: CommandContext): CommandOutcome {
  const { state, line, name } = context;
  if (name.startsWith("!")) state.reporter.refusal("\\!: a script runs no shell command", state.place);
  const isKnown = REFUSED.has(name) || /^(?:d|l)\w*[+S]*$/.test(name);
  if (isKnown) state.reporter.refusal(`\\${name}: this command is not supported in scripts`, state.place);
  line.discard();
  return fail(context, `invalid command \\${name}`);
}
