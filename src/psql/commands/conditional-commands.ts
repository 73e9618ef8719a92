import { parseBoolean } from "../variables.ts";
import { DONE, fail } from "./command.ts";
import type { BackslashCommand, CommandContext, CommandOutcome } from "./command.ts";
import type { ConditionalProblem } from "../conditionals.ts";

/** They are obeyed in branches that are passed over too. */
export const conditionalCommands: Readonly<Record<string, BackslashCommand>> = {
  if(context) {
    const { state, scanner } = context;
    state.conditionals.if(condition(context), scanner.text.length);
    context.line.skip();
    return DONE;
  },
  elif(context) {
    dropInactive(context);
    const problem = context.state.conditionals.elif(condition(context), context.scanner.text.length);
    context.line.skip();
    return ended(context, problem);
  },
  else(context) {
    dropInactive(context);
    return ended(context, context.state.conditionals.else(context.scanner.text.length));
  },
  endif(context) {
    dropInactive(context);
    return ended(context, context.state.conditionals.endif());
  },
};

/** Whether the rest of the line is true; what is neither true nor false is said, and false. */
function condition(context: CommandContext): () => boolean {
  return () => {
    const text = context.line
      .all()
      .map((argument) => argument.text)
      .join(" ");
    const truth = parseBoolean(text);
    if (truth === undefined)
      context.state.reporter.problem(`unrecognized value "${text}" for "\\if expression": Boolean expected`, context.state.place);
    return truth ?? false;
  };
}

/** What a branch that is passed over added to the statement goes. */
function dropInactive({ state, scanner }: CommandContext): void {
  const kept = state.conditionals.keptLength;
  if (kept !== undefined) scanner.truncate(kept);
}

function ended(context: CommandContext, problem: ConditionalProblem | undefined): CommandOutcome {
  return problem === undefined ? DONE : fail(context, problem.message);
}
