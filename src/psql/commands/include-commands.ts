import { dirname, isAbsolute, join } from "node:path";

import { PgstowError } from "../../core/errors.ts";
import { DONE, fail, FAILED } from "./command.ts";
import type { BackslashCommand, CommandContext, CommandOutcome } from "./command.ts";

/** Scripts within scripts: \i beside the current folder, \ir beside the script that says so. */
export const includeCommands: Readonly<Record<string, BackslashCommand>> = {
  i: (context) => include(context, false),
  include: (context) => include(context, false),
  ir: (context) => include(context, true),
  include_relative: (context) => include(context, true),
  q: () => ({ type: "end", outcome: "quit" }),
  quit: () => ({ type: "end", outcome: "quit" }),
};

const DEPTH_MAX = 100;

async function include(context: CommandContext, relative: boolean): Promise<CommandOutcome> {
  const { state, line, name } = context;
  const argument = line.next({ dropSemicolon: true })?.text;
  if (argument === undefined) return fail(context, `\\${name}: missing required argument`);
  const path = pathOf(context, Buffer.from(argument, "latin1").toString(), relative);
  if (state.sources.length >= DEPTH_MAX) return fail(context, `\\${name}: more than ${String(DEPTH_MAX)} scripts within each other`);
  let source;
  try {
    source = await state.surroundings.openScript(path);
  } catch (error) {
    if (!(error instanceof PgstowError)) throw error;
    return fail(context, Buffer.from(error.message).toString("latin1"));
  }
  try {
    const outcome = await context.runScript(source);
    if (outcome === "no-connection") return { type: "end", outcome };
    // \q ends the script that it stands in.
    return outcome === "stopped" ? FAILED : DONE;
  } finally {
    await source.close();
  }
}

function pathOf({ state }: CommandContext, given: string, relative: boolean): string {
  const home = state.surroundings.environment["HOME"];
  const path = given.startsWith("~/") && home !== undefined ? join(home, given.slice(2)) : given;
  const script = state.sources.at(-1)?.path;
  return relative && script !== undefined && !isAbsolute(path) ? join(dirname(script), path) : path;
}
