import { DONE } from "./command.ts";
import type { BackslashCommand, CommandContext } from "./command.ts";

/** \echo to standard output, \qecho to where results go, \warn to standard error. */
export const echoCommands: Readonly<Record<string, BackslashCommand>> = {
  echo(context) {
    context.state.tell(words(context));
    return DONE;
  },
  qecho(context) {
    void context.state.write(Buffer.from(words(context), "latin1"));
    return DONE;
  },
  warn(context) {
    context.state.surroundings.console.say(Buffer.from(words(context), "latin1"));
    return DONE;
  },
};

function words({ line }: CommandContext): string {
  const found = line.all();
  const [first] = found;
  const withoutEnd = first?.text === "-n" && !first.quoted;
  const text = found
    .slice(withoutEnd ? 1 : 0)
    .map((argument) => argument.text)
    .join(" ");
  return withoutEnd ? text : `${text}\n`;
}
