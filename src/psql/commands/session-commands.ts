import { PgstowError } from "../../core/errors.ts";
import { OutputFile } from "../output-file.ts";
import { quoteValue } from "../quote-value.ts";
import { askForText } from "../run-statement.ts";
import { parseBoolean } from "../variables.ts";
import { confirm, DONE, fail } from "./command.ts";
import type { BackslashCommand, CommandContext, CommandOutcome } from "./command.ts";

export const sessionCommands: Readonly<Record<string, BackslashCommand>> = {
  encoding: setEncoding,
  o: redirect,
  out: redirect,
  timing(context) {
    const given = context.line.next()?.text;
    const wanted = given === undefined ? !context.state.timing : parseBoolean(given);
    const problem = wanted === undefined ? fail(context, `unrecognized value "${given ?? ""}" for "\\timing": Boolean expected`) : DONE;
    context.state.timing = wanted ?? context.state.timing;
    confirm(context, `Timing is ${context.state.timing ? "on" : "off"}.`);
    return problem;
  },
};

async function setEncoding(context: CommandContext): Promise<CommandOutcome> {
  const { state, line } = context;
  const encoding = line.next()?.text;
  if (encoding === undefined) {
    state.tell(`${state.session.parameters.get("client_encoding") ?? ""}\n`);
    return DONE;
  }
  try {
    const literal = quoteValue(Buffer.from(encoding, "latin1"), "'")!;
    await askForText(state, `SET client_encoding TO ${literal.toString()}`);
  } catch (error) {
    if (!(error instanceof PgstowError) || error.code !== "server") throw error;
    // psql goes on in the encoding that it has.
    fail(context, `${encoding}: invalid encoding name or conversion procedure not found`);
  }
  state.variables.tell("ENCODING", state.session.parameters.get("client_encoding") ?? "");
  return DONE;
}

function redirect(context: CommandContext): CommandOutcome {
  const { state, line, name } = context;
  const file = line.next({ pipe: true })?.text;
  if (file !== undefined && !state.surroundings.mayWriteFiles) {
    state.reporter.refusal(`\\${name}: this script may not write to files`, state.place);
  }
  let output;
  try {
    output = file === undefined || file === "" ? undefined : new OutputFile(Buffer.from(file, "latin1").toString());
  } catch (error) {
    return fail(context, `${file ?? ""}: ${describe(error)}`);
  }
  state.output?.close();
  state.output = output;
  return DONE;
}

function describe(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return "No such file or directory";
  if (code === "EACCES") return "Permission denied";
  if (code === "EISDIR") return "Is a directory";
  return error instanceof Error ? error.message : String(error);
}
