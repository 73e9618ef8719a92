import { PgstowError } from "../../core/errors.ts";
import { type FaceOption, option, silent } from "./face-option.ts";

/** The value of an option, as the help calls it, and the major version that brought the option. */
export const value = (name: string, since?: number) => (since === undefined ? { value: name } : { value: name, since });

/** Read before all others, and only as the first word. */
export const helpOptions: readonly FaceOption[] = [
  option("V, version", {}, "general", "print the version, then exit"),
  option("?, help", {}, "general", "show this help, then exit"),
];

/** Options that several programs have in the same words. `content` is the program's heading for what goes into or comes from a dump. */
const rowsUnder = (content: string): readonly FaceOption[] => [
  option("a, data-only", {}, content, "rows, large objects and sequence values, no definitions"),
  option("h, host", value("HOSTNAME"), "connection", "host name of the server, or the folder of its socket"),
  silent("R, no-reconnect"),
  option("O, no-owner", {}, content, "no commands that set owners"),
  option("p, port", value("PORT"), "connection", "port of the server"),
  option("s, schema-only", {}, content, "definitions, no data"),
  option("w, no-password", {}, "connection", "never ask for a password"),
  option("W, password", {}, "connection", "ask for a password before anything else"),
  option("U, username", value("NAME"), "connection", "role to connect as"),
  option("v, verbose", {}, "general", "say what is being done"),
  option("x, no-privileges", {}, content, "no GRANT and REVOKE"),
  silent("no-acl", { means: "no-privileges" }),
  option("E, encoding", value("ENCODING"), content, "encoding of the dump"),
  silent("attribute-inserts", { means: "column-inserts" }),
  option("binary-upgrade", {}, content, "for upgrade programs alone"),
  option("column-inserts", {}, content, "rows as INSERT commands that name the columns"),
  option("disable-dollar-quoting", {}, content, "function bodies as quoted strings"),
  option("disable-triggers", {}, content, "disable triggers while rows are restored (data only)"),
  option("extra-float-digits", value("NUM"), content, "use this extra_float_digits for floating-point values"),
  option("if-exists", {}, content, "drop with IF EXISTS"),
  option("inserts", {}, content, "rows as INSERT commands instead of COPY"),
  option("lock-wait-timeout", value("TIMEOUT"), "general", "give up after waiting TIMEOUT for the lock of a table"),
  option("no-table-access-method", { since: 15 }, content, "no table access methods"),
  option("no-tablespaces", {}, content, "no tablespaces"),
  option("quote-all-identifiers", {}, content, "quote every name"),
  option("load-via-partition-root", {}, content, "restore rows of partitions through the root table"),
  option("role", value("ROLENAME"), "connection", "do SET ROLE after connecting"),
  option("section", value("SECTION"), content, "one section: pre-data, data or post-data"),
  option("statistics", { since: 18 }, content, "statistics too"),
  option("statistics-only", { since: 18 }, content, "statistics, no definitions and no data"),
  option("use-set-session-authorization", {}, content, "set owners with SET SESSION AUTHORIZATION instead of ALTER OWNER"),
  option("no-comments", {}, content, "no comments"),
  option("no-data", { since: 18 }, content, "no data"),
  option("no-policies", { since: 18 }, content, "no row security policies"),
  option("no-publications", {}, content, "no publications"),
  option("no-schema", { since: 18 }, content, "no definitions"),
  option("no-security-labels", {}, content, "no security labels"),
  option("no-statistics", { since: 18 }, content, "no statistics"),
  option("no-subscriptions", {}, content, "no subscriptions"),
  option("no-toast-compression", { since: 14 }, content, "no compression methods of columns"),
  option("no-unlogged-table-data", {}, content, "no rows of unlogged tables"),
  option("no-sync", {}, "general", "do not wait until the dump is safely on the disk"),
  option("on-conflict-do-nothing", {}, content, "add ON CONFLICT DO NOTHING to INSERT commands"),
  option("rows-per-insert", value("NROWS"), content, "INSERT commands with so many rows each"),
  option("sequence-data", { since: 18 }, content, "values of sequences even without other data"),
  option("S, superuser", value("NAME"), content, "superuser who disables triggers"),
];

/** Picks options by their names, in the order in which a program has them. */
export function sharedOptions(content: string): (...names: readonly string[]) => FaceOption[] {
  const rows = new Map(rowsUnder(content).map((row) => [row.name, row]));
  return (...names) =>
    names.map((name) => {
      const row = rows.get(name);
      if (row === undefined) throw new PgstowError("internal", `no programs share an option --${name}`);
      return row;
    });
}
