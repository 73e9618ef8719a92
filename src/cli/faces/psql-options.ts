import { option, optionLists, silent } from "./face-option.ts";
import type { FaceOption } from "./face-option.ts";

const options: readonly FaceOption[] = [
  option("c, command", { value: "COMMAND" }, "general", "run only this command (SQL or internal) and exit; may be repeated"),
  option("d, dbname", { value: "DBNAME" }, "general", "database name to connect to"),
  option("f, file", { value: "FILENAME" }, "general", "execute commands from file (- is standard input), then exit; may be repeated"),
  option("l, list", {}, "general", "list available databases, then exit"),
  option("v, set", { value: "NAME=VALUE" }, "general", "set psql variable NAME to VALUE (e.g., -v ON_ERROR_STOP=1)"),
  silent("variable", { value: "NAME=VALUE", means: "set" }),
  option("V, version", {}, "general", "output version information, then exit"),
  option("X, no-psqlrc", {}, "general", "do not read startup file (~/.psqlrc)"),
  option("1, single-transaction", {}, "general", "execute as a single transaction"),
  { name: "help", short: "?", argument: "optional", group: "general", describe: "show this help, then exit" },

  option("a, echo-all", {}, "io", "echo all input from script"),
  option("b, echo-errors", {}, "io", "echo failed commands"),
  option("e, echo-queries", {}, "io", "echo commands sent to server"),
  silent("E, echo-hidden"),
  option("L, log-file", { value: "FILENAME" }, "io", "send session log to file"),
  silent("n, no-readline"),
  option("o, output", { value: "FILENAME" }, "io", "send query results to file"),
  option("q, quiet", {}, "io", "run quietly (no messages, only query output)"),
  silent("s, single-step"),
  option("S, single-line", {}, "io", "single-line mode (end of line terminates SQL command)"),

  option("A, no-align", {}, "format", "unaligned table output mode"),
  option("csv", {}, "format", "CSV (Comma-Separated Values) table output mode"),
  option("F, field-separator", { value: "STRING" }, "format", 'field separator for unaligned output (default: "|")'),
  silent("H, html"),
  option("P, pset", { value: "VAR[=ARG]" }, "format", "set printing option VAR to ARG"),
  option("R, record-separator", { value: "STRING" }, "format", "record separator for unaligned output (default: newline)"),
  option("t, tuples-only", {}, "format", "print rows only"),
  silent("T, table-attr", { value: "TEXT" }),
  option("x, expanded", {}, "format", "turn on expanded table output"),
  option("z, field-separator-zero", {}, "format", "set field separator for unaligned output to zero byte"),
  option("0, record-separator-zero", {}, "format", "set record separator for unaligned output to zero byte"),

  option("h, host", { value: "HOSTNAME" }, "connection", "database server host or socket directory"),
  option("p, port", { value: "PORT" }, "connection", "database server port"),
  option("U, username", { value: "USERNAME" }, "connection", "database user name"),
  option("w, no-password", {}, "connection", "never prompt for password"),
  option("W, password", {}, "connection", "force password prompt (should happen automatically)"),
];

/** The order of psql's own table. */
const order = (
  "echo-all no-align command dbname echo-queries echo-errors echo-hidden file field-separator field-separator-zero host html list log-file " +
  "no-readline single-transaction output port pset quiet record-separator record-separator-zero single-step single-line tuples-only " +
  "table-attr username set variable version no-password password expanded no-psqlrc help csv"
).split(" ");

/** psql's options in that order; those of an interactive client are known, too. */
export const psqlOptions = options.toSorted((one, other) => order.indexOf(one.name) - order.indexOf(other.name));

const headings = {
  general: "General options:",
  io: "Input and output options:",
  format: "Output format options:",
  connection: "Connection options:",
};

export function psqlHelp(): string {
  return `psql runs SQL scripts in a PostgreSQL database. This one is part of pgstow: no interactive client, no shell commands.

Usage:
  psql [OPTION]... [DBNAME [USERNAME]]

${optionLists(psqlOptions, headings)}
Without -c and -f the script is read from standard input. Backslash commands that
scripts may hold: \\connect, \\restrict, \\unrestrict, \\set, \\unset, \\getenv, \\i, \\ir, \\if ...
\\endif, \\echo, \\qecho, \\warn, \\encoding, \\g, \\gx, \\gset, \\gexec, \\o, \\p, \\pset, \\a, \\f, \\q, \\r,
\\t, \\timing, \\x, \\C. All others are refused by name.
`;
}
