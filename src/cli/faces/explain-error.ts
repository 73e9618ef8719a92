import { PgstowError } from "../../core/errors.ts";
import { FaceUsageError, type FaceMessages } from "./face.ts";
import { connectionWords, serverWords } from "./libpq-words.ts";
import { systemWords } from "./system-words.ts";

/** Says why the program ends, in its own words. */
export function explainError(error: unknown, program: string, messages: FaceMessages): void {
  if (error instanceof FaceUsageError) {
    if (error.message !== "") messages.say("error", error.message);
    messages.say("hint", `Try "${program} --help" for more information.`);
    return;
  }
  if (!(error instanceof PgstowError)) {
    messages.say("error", `unexpected: ${error instanceof Error ? error.message : String(error)}`);
    messages.say("hint", "This is a fault of pgstow.");
    return;
  }
  switch (error.code) {
    case "aborted":
      messages.info("terminated by user");
      return;
    case "usage":
      messages.say("error", error.message);
      return;
    case "connection":
      messages.say("error", connectionWords(error));
      return;
    default:
      if (error.context.serverMessage === undefined) explainOwnError(error, messages);
      else explainServerError(error, messages);
  }
}

/** What the server refused, with the statement that it refused. */
function explainServerError(error: PgstowError, messages: FaceMessages): void {
  const { statement } = error.context;
  if (statement !== undefined && /^COPY\b/i.test(statement)) {
    const table = error.context.table ?? /^COPY (?:\(SELECT .* FROM )?((?:"(?:[^"]|"")*"|[^\s("])+)/i.exec(statement)?.[1] ?? "";
    messages.say("error", `Dumping the contents of table "${table}" failed: PQgetResult() failed.`);
    messages.say("detail", `Error message from server: ${serverWords(error)}`);
    messages.say("detail", `Command was: ${statement}`);
    return;
  }
  messages.say("error", `query failed: ${serverWords(error)}`);
  if (statement !== undefined) messages.say("detail", `Query was: ${statement}`);
}

function explainOwnError(error: PgstowError, messages: FaceMessages): void {
  const words = fileWords(error);
  messages.say("error", words ?? error.message);
  if (words !== undefined) return;
  if (error.hint !== undefined) messages.say("hint", error.hint);
}

/** A refusal of the file system, with the system's words as C programs print them. */
function fileWords({ code, cause, message }: PgstowError): string | undefined {
  if (code !== "file") return undefined;
  const reason = systemWords(cause);
  const [, what] = /^(could not .*?"): /.exec(message) ?? [];
  return reason === undefined || what === undefined ? undefined : `${what}: ${reason}`;
}
