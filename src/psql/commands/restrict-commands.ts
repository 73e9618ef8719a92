import { DONE, fail } from "./command.ts";
import type { BackslashCommand } from "./command.ts";

/** From here on only `\unrestrict` with the same key is obeyed: rows of a dump cannot turn into commands. */
export const restrictCommand: BackslashCommand = (context) => {
  const key = context.line.next()?.text;
  if (key === undefined || key === "") return fail(context, `\\${context.name}: missing required argument`);
  context.state.restrictKey = key;
  return DONE;
};

export const unrestrictCommand: BackslashCommand = (context) => {
  const key = context.line.next()?.text;
  if (key === undefined || key === "") return fail(context, `\\${context.name}: missing required argument`);
  if (context.state.restrictKey === undefined) return fail(context, `\\${context.name}: not currently in restricted mode`);
  if (context.state.restrictKey !== key) return fail(context, `\\${context.name}: wrong key`);
  context.state.restrictKey = undefined;
  return DONE;
};
