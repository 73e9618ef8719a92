import type { RestoreFailure } from "../restore/behaviour.ts";
import { PgstowError } from "../core/errors.ts";
import { reportText } from "../psql/server-message.ts";

/** What pg_restore says of something that the server refused: several lines, without the last line feed. */
export function failureText(failure: RestoreFailure): string {
  const { error, entry, command, part } = failure;
  const report = serverReport(error, command);
  const words = (text: string) => text.replace(/\n$/, "");
  if (command === undefined) return words(`COPY failed for table "${entry?.tag ?? ""}": ${report}`);
  if (part === "setting") return words(settingFailure(command, report));
  return words(`could not execute query: ${report}Command was: ${inScript(command, part)}`);
}

/** The command with the line feeds that it has in the script. */
function inScript(command: string, part: RestoreFailure["part"]): string {
  if (part === undefined) return command;
  return part === "drop" ? `${command}\n` : `${command}\n\n`;
}

function settingFailure(command: string, report: string): string {
  const [, tablespace] = /^SET default_tablespace = (.*);$/.exec(command) ?? [];
  if (tablespace !== undefined) return `could not set "default_tablespace" to ${tablespace}: ${report}`;
  if (command.startsWith("SET default_table_access_method")) return `could not set "default_table_access_method": ${report}`;
  const [, user] = /^SET SESSION AUTHORIZATION '(.*)';$/.exec(command) ?? [];
  return user === undefined
    ? `could not execute query: ${report}Command was: ${command}`
    : `could not set session user to "${user}": ${report}`;
}

/** The server's words as libpq puts them together; those of another error as they are. Ends in a line feed. */
function serverReport(error: unknown, command: string | undefined): string {
  if (!(error instanceof PgstowError)) return `${String(error)}\n`;
  const { cause } = error;
  if (!(cause instanceof Error) || !("severity" in cause)) return `${error.message}\n`;
  const fields = new Map([["M", cause.message]]);
  for (const [letter, name] of driverFields) {
    const value = (cause as unknown as Record<string, unknown>)[name];
    if (typeof value === "string") fields.set(letter, value);
  }
  return reportText(fields, command, { verbosity: "default", context: "errors" });
}

const driverFields = [
  ["S", "severity"],
  ["C", "code"],
  ["D", "detail"],
  ["H", "hint"],
  ["W", "where"],
  ["P", "position"],
  ["p", "internalPosition"],
  ["q", "internalQuery"],
] as const;
