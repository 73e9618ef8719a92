import { setPrintOption, showPrintOption, showPrintOptions } from "../print/set-option.ts";
import { confirm, DONE, fail } from "./command.ts";
import type { BackslashCommand, CommandContext, CommandOutcome } from "./command.ts";

/** How results look. */
export const displayCommands: Readonly<Record<string, BackslashCommand>> = {
  pset(context) {
    const name = context.line.next()?.text;
    if (name !== undefined) return setAndConfirm(context, name, context.line.next()?.text);
    context.state.tell(showPrintOptions(context.state.print));
    return DONE;
  },
  a(context) {
    return setAndConfirm(context, "format", context.state.print.format === "aligned" ? "unaligned" : "aligned");
  },
  t: (context) => setAndConfirm(context, "tuples_only", context.line.next()?.text),
  x: (context) => setAndConfirm(context, "expanded", context.line.next()?.text),
  f: (context) => setAndConfirm(context, "fieldsep", context.line.next()?.text),
  C: (context) => setAndConfirm(context, "title", context.line.next()?.text),
};

function setAndConfirm(context: CommandContext, name: string, value: string | undefined): CommandOutcome {
  const { state } = context;
  const problem = setPrintOption(state.print, name, value);
  if (problem === undefined) {
    const text = showPrintOption(state.print, name);
    if (text !== undefined) confirm(context, text);
    return DONE;
  }
  if (problem.refused) state.reporter.refusal(problem.message, state.place);
  return fail(context, problem.message);
}
