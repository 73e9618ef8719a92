import { DONE, fail } from "./command.ts";
import type { BackslashCommand } from "./command.ts";

export const variableCommands: Readonly<Record<string, BackslashCommand>> = {
  set(context) {
    const { state, line } = context;
    const name = line.next()?.text;
    if (name === undefined) {
      for (const [each, value] of state.variables.list()) state.tell(`${each} = '${value}'\n`);
      return DONE;
    }
    // All that follows is joined without spaces.
    const value = line
      .all()
      .map((argument) => argument.text)
      .join("");
    const problem = state.variables.set(name, value);
    return problem === undefined ? DONE : fail(context, problem.message);
  },
  unset(context) {
    const name = context.line.next()?.text;
    if (name === undefined) return fail(context, `\\${context.name}: missing required argument`);
    const problem = /^[A-Za-z0-9_\u0080-\u00ff]+$/.test(name) ? context.state.variables.set(name, undefined) : undefined;
    return problem === undefined ? DONE : fail(context, problem.message);
  },
  getenv(context) {
    const name = context.line.next()?.text;
    const variable = context.line.next()?.text;
    if (name === undefined || variable === undefined) return fail(context, `\\${context.name}: missing required argument`);
    const value = context.state.surroundings.environment[variable];
    const problem = value === undefined ? undefined : context.state.variables.set(name, Buffer.from(value).toString("latin1"));
    return problem === undefined ? DONE : fail(context, problem.message);
  },
};
