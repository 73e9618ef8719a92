import { noteOutcome, runStatement } from "../run-statement.ts";
import type { FoundStatement } from "../run-statement.ts";
import type { Result } from "../execution.ts";
import { OutputFile } from "../output-file.ts";
import { DONE, fail, FAILED } from "./command.ts";
import type { BackslashCommand, CommandContext, CommandOutcome } from "./command.ts";

/** Commands that send the statement before them, in the place of a semicolon. */
export const sendCommands: Readonly<Record<string, BackslashCommand>> = {
  g: (context) => send(context, false),
  gx: (context) => send(context, true),
  gset: gatherVariables,
  gexec: runCells,
  r: reset,
  reset,
  p: printStatement,
  print: printStatement,
};

async function send(context: CommandContext, expanded: boolean): Promise<CommandOutcome> {
  const { state, line } = context;
  const file = line.next({ pipe: true })?.text;
  if (file !== undefined && !state.surroundings.mayWriteFiles) {
    state.reporter.refusal(`\\${context.name}: this script may not write to files`, state.place);
  }
  const statement = takeStatement(context);
  if (statement === undefined) return DONE;
  const before = { expanded: state.print.expanded, output: state.output };
  if (expanded) state.print.expanded = "on";
  try {
    if (file !== undefined) state.output = new OutputFile(file);
    return (await runStatement(state, statement)) === undefined ? FAILED : DONE;
  } finally {
    if (file !== undefined) state.output?.close();
    state.print.expanded = before.expanded;
    state.output = before.output;
  }
}

/** What stands before the command; the last statement again when nothing does. */
function takeStatement({ state, scanner }: CommandContext): FoundStatement | undefined {
  if (scanner.text.length === 0) return state.lastStatement === undefined ? undefined : { bytes: state.lastStatement, words: [[]] };
  const statement = { bytes: scanner.text.bytes(), words: scanner.words.lists };
  scanner.reset();
  state.lastStatement = statement.bytes;
  return statement;
}

/** The columns of the only row become variables. */
async function gatherVariables(context: CommandContext): Promise<CommandOutcome> {
  const { state, line } = context;
  const prefix = line.next()?.text ?? "";
  const statement = takeStatement(context);
  if (statement === undefined) return DONE;
  const execution = await runStatement(state, statement, "collect");
  if (execution === undefined) return FAILED;
  const result = execution.results.at(-1);
  if (result === undefined) return DONE;
  const [row, second] = result.rows;
  const problem =
    row === undefined ? "no rows returned for \\gset" : second === undefined ? undefined : "more than one row returned for \\gset";
  if (problem !== undefined || row === undefined) return fail(context, problem ?? "");
  for (const [column, value] of row.entries()) {
    const name = prefix + Buffer.from(result.fields[column]!.name, state.session.textEncoding).toString("latin1");
    const trouble = state.variables.set(name, value?.toString("latin1"));
    if (trouble !== undefined) return fail(context, trouble.message);
  }
  return DONE;
}

/** Every value of the result is a statement. */
async function runCells(context: CommandContext): Promise<CommandOutcome> {
  const { state } = context;
  const statement = takeStatement(context);
  if (statement === undefined) return DONE;
  const execution = await runStatement(state, statement, "collect");
  if (execution === undefined) return FAILED;
  let ok = true;
  for (const cell of cellsOf(execution.results)) {
    if (state.variables.get("ECHO") === "all") {
      state.tell(`${cell.toString("latin1")}\n`);
    }
    const result = await runStatement(state, { bytes: cell, words: [wordsOf(cell)] });
    if (result !== undefined) continue;
    ok = false;
    if (state.variables.isOn("ON_ERROR_STOP")) break;
  }
  if (ok) noteOutcome(state, execution);
  return ok ? DONE : FAILED;
}

function* cellsOf(results: readonly Result[]): Generator<Buffer> {
  for (const { rows } of results) for (const row of rows) for (const cell of row) if (cell !== null) yield cell;
}

function wordsOf(statement: Buffer): string[] {
  return statement.toString("latin1", 0, 200).trimStart().toLowerCase().split(/\s+/, 4);
}

function reset(context: CommandContext): CommandOutcome {
  context.scanner.reset();
  if (!context.state.variables.isOn("QUIET")) context.state.tell("Query buffer reset (cleared).\n");
  return DONE;
}

function printStatement({ state, scanner }: CommandContext): CommandOutcome {
  const text = scanner.text.length > 0 ? scanner.text.bytes() : state.lastStatement;
  if (text !== undefined) state.tell(`${text.toString("latin1")}\n`);
  else if (!state.variables.isOn("QUIET")) state.tell("Query buffer is empty.\n");
  return DONE;
}
