import { type FaceOption, option, optionLists, silent } from "./face-option.ts";
import { helpOptions } from "./pg-dump-options.ts";

const value = (name: string, since?: number) => (since === undefined ? { value: name } : { value: name, since });

/** pg_dumpall's options in the order of its own table, 13 to 18. */
export const pgDumpallOptions: readonly FaceOption[] = [
  option("a, data-only", {}, "content", "rows, large objects and sequence values, no definitions"),
  option("c, clean", {}, "content", "commands that drop databases, roles and tablespaces first"),
  option("E, encoding", value("ENCODING"), "content", "encoding of the dump"),
  option("f, file", value("FILENAME"), "general", "output file; standard output without it"),
  option("g, globals-only", {}, "content", "roles and tablespaces, no databases"),
  option("h, host", value("HOSTNAME"), "connection", "host name of the server, or the folder of its socket"),
  option("d, dbname", value("CONNSTR"), "connection", "keyword string or URI of the server"),
  option("l, database", value("DBNAME"), "connection", "database to connect to for roles and tablespaces"),
  option("O, no-owner", {}, "content", "no commands that set owners"),
  option("p, port", value("PORT"), "connection", "port of the server"),
  option("r, roles-only", {}, "content", "roles, nothing else"),
  option("s, schema-only", {}, "content", "definitions, no data"),
  option("S, superuser", value("NAME"), "content", "superuser who disables triggers"),
  option("t, tablespaces-only", {}, "content", "tablespaces, nothing else"),
  option("U, username", value("NAME"), "connection", "role to connect as"),
  option("v, verbose", {}, "general", "say what is being done"),
  option("w, no-password", {}, "connection", "never ask for a password"),
  option("W, password", {}, "connection", "ask for a password before anything else"),
  option("x, no-privileges", {}, "content", "no GRANT and REVOKE"),
  silent("no-acl", { means: "no-privileges" }),
  silent("attribute-inserts", { means: "column-inserts" }),
  option("binary-upgrade", {}, "content", "for upgrade programs alone"),
  option("column-inserts", {}, "content", "rows as INSERT commands that name the columns"),
  option("disable-dollar-quoting", {}, "content", "function bodies as quoted strings"),
  option("disable-triggers", {}, "content", "disable triggers while rows are restored (data only)"),
  option("exclude-database", value("PATTERN"), "content", "not the databases that match"),
  option("extra-float-digits", value("NUM"), "content", "use this extra_float_digits for floating-point values"),
  option("if-exists", {}, "content", "drop with IF EXISTS"),
  option("inserts", {}, "content", "rows as INSERT commands instead of COPY"),
  option("lock-wait-timeout", value("TIMEOUT"), "general", "give up after waiting TIMEOUT for the lock of a table"),
  option("no-table-access-method", { since: 15 }, "content", "no table access methods"),
  option("no-tablespaces", {}, "content", "no tablespaces"),
  option("quote-all-identifiers", {}, "content", "quote every name"),
  option("load-via-partition-root", {}, "content", "restore rows of partitions through the root table"),
  option("role", value("ROLENAME"), "connection", "do SET ROLE after connecting"),
  option("use-set-session-authorization", {}, "content", "set owners with SET SESSION AUTHORIZATION instead of ALTER OWNER"),
  option("no-comments", {}, "content", "no comments"),
  option("no-data", { since: 18 }, "content", "no data"),
  option("no-policies", { since: 18 }, "content", "no row security policies"),
  option("no-publications", {}, "content", "no publications"),
  option("no-role-passwords", {}, "content", "no passwords of roles"),
  option("no-schema", { since: 18 }, "content", "no definitions"),
  option("no-security-labels", {}, "content", "no security labels"),
  option("no-subscriptions", {}, "content", "no subscriptions"),
  option("no-statistics", { since: 18 }, "content", "no statistics"),
  option("no-sync", {}, "general", "do not wait until the dump is safely on the disk"),
  option("no-toast-compression", { since: 14 }, "content", "no compression methods of columns"),
  option("no-unlogged-table-data", {}, "content", "no rows of unlogged tables"),
  option("on-conflict-do-nothing", {}, "content", "add ON CONFLICT DO NOTHING to INSERT commands"),
  option("rows-per-insert", value("NROWS"), "content", "INSERT commands with so many rows each"),
  option("statistics", { since: 18 }, "content", "statistics too"),
  option("statistics-only", { since: 18 }, "content", "statistics, no definitions and no data"),
  option("filter", value("FILENAME", 17), "content", "read the databases to leave out from a file"),
  option("sequence-data", { since: 18 }, "content", "values of sequences even without other data"),
  option("restrict-key", value("RESTRICT_KEY"), "content", "key of the \\restrict commands"),
];

export function pgDumpallHelp(): string {
  return `pg_dumpall writes all databases of a server, its roles and tablespaces as a script.
This one is pgstow's.

Usage:
  pg_dumpall [OPTION]...

${optionLists([...pgDumpallOptions, ...helpOptions], {
  general: "General options:",
  content: "Options controlling the output content:",
  connection: "Connection options:",
})}
Without -f/--file the script goes to standard output.
`;
}
