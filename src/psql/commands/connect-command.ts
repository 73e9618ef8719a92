import { PgstowError } from "../../core/errors.ts";
import { tellConnection } from "../session-variables.ts";
import { confirm, DONE, fail } from "./command.ts";
import type { BackslashCommand, CommandContext } from "./command.ts";

/** Goes on in another database, as another user or on another server. Without a session the script ends. */
export const connectCommand: BackslashCommand = async (context) => {
  const { state, line, name } = context;
  const { reconnect, connectRefusal } = state.surroundings;
  const target = readTarget(context);
  if (typeof target === "string") return fail(context, target);
  if (reconnect === undefined) {
    const [message, hint] = connectRefusal ?? ["this script may not connect", undefined];
    return state.reporter.refusal(`\\${name}: ${message}`, state.place, hint);
  }
  for (const { text } of line.all()) state.reporter.warning(`\\${name}: extra argument "${text}" ignored`, state.place);
  const before = state.session;
  try {
    state.session = await reconnect(target, before);
  } catch (error) {
    if (!(error instanceof PgstowError)) throw error;
    state.reporter.problem(`\\connect: ${Buffer.from(state.surroundings.describeConnectionError(error)).toString("latin1")}`, state.place);
    await before.close();
    return { type: "end", outcome: "no-connection" };
  }
  await before.close();
  tellConnection(state);
  const { settings, host } = state.session;
  const text = `You are now connected to database "${settings.database}" as user "${settings.user}"`;
  const isNew = host.host !== before.host.host || host.port !== before.host.port;
  confirm(context, Buffer.from(`${text}${isNew ? place(host) : ""}.`).toString("latin1"));
  return DONE;
};

function place({ host, port, address, isSocket }: CommandContext["state"]["session"]["host"]): string {
  if (isSocket) return ` via socket in "${host}" at port "${String(port)}"`;
  const numeric = address !== undefined && address !== host ? ` (address "${address}")` : "";
  return ` on host "${host}"${numeric} at port "${String(port)}"`;
}

function readTarget({ line }: CommandContext) {
  const form = { identifier: true, dropSemicolon: true };
  let first = line.next(form);
  let reusePrevious: boolean | undefined;
  const option = /^-reuse-previous=?(.*)$/.exec(first?.text ?? "");
  if (first?.text.startsWith("-") === true && first.text !== "-") {
    const wanted = option?.[1];
    if (wanted !== "on" && wanted !== "off") return "\\connect: Invalid -reuse-previous value";
    reusePrevious = wanted === "on";
    first = line.next(form);
  }
  const given = [first, line.next(form), line.next(form), line.next(form)].map((argument) => {
    return argument === undefined || argument.text === "-" || argument.text === ""
      ? undefined
      : Buffer.from(argument.text, "latin1").toString();
  });
  return { dbname: given[0], user: given[1], host: given[2], port: given[3], reusePrevious };
}
