import { type FaceOption, option, optionLists, silent } from "./face-option.ts";
import { helpOptions } from "./pg-dump-options.ts";

const value = (name: string, since?: number) => (since === undefined ? { value: name } : { value: name, since });

/** pg_restore's options in the order of its own table, 13 to 18. */
export const pgRestoreOptions: readonly FaceOption[] = [
  option("c, clean", {}, "restore", "drop the objects before creating them"),
  option("C, create", {}, "restore", "create the database itself, and connect to it"),
  option("a, data-only", {}, "restore", "rows, large objects and sequence values, no definitions"),
  option("d, dbname", value("NAME"), "general", "database, keyword string or URI to restore into"),
  option("e, exit-on-error", {}, "restore", "end at the first error instead of going on"),
  option("N, exclude-schema", value("NAME"), "restore", "not what is in this schema"),
  option("f, file", value("FILENAME"), "general", "write a script to this file (-: standard output)"),
  option("F, format", value("c|d|t"), "general", "format of the archive; it is found out without this"),
  option("P, function", value("NAME(args)"), "restore", "this function, and nothing else"),
  option("h, host", value("HOSTNAME"), "connection", "host name of the server, or the folder of its socket"),
  option("I, index", value("NAME"), "restore", "this index, and nothing else"),
  option("j, jobs", value("NUM"), "restore", "restore over so many connections"),
  option("l, list", {}, "general", "print the archive's table of contents"),
  option("x, no-privileges", {}, "restore", "no GRANT and REVOKE"),
  silent("no-acl", { means: "no-privileges" }),
  option("O, no-owner", {}, "restore", "no commands that set owners"),
  silent("R, no-reconnect"),
  option("p, port", value("PORT"), "connection", "port of the server"),
  option("w, no-password", {}, "connection", "never ask for a password"),
  option("W, password", {}, "connection", "ask for a password before anything else"),
  option("n, schema", value("NAME"), "restore", "what is in this schema, and nothing else"),
  option("s, schema-only", {}, "restore", "definitions, no data"),
  option("S, superuser", value("NAME"), "restore", "superuser who disables triggers"),
  option("t, table", value("NAME"), "restore", "this table, view or sequence, and nothing else"),
  option("T, trigger", value("NAME"), "restore", "this trigger, and nothing else"),
  option("L, use-list", value("FILENAME"), "restore", "what this list names, in its order"),
  option("U, username", value("NAME"), "connection", "role to connect as"),
  option("v, verbose", {}, "general", "say what is being done"),
  option("1, single-transaction", {}, "restore", "all in one transaction"),
  option("disable-triggers", {}, "restore", "disable triggers while rows are restored (data only)"),
  option("enable-row-security", {}, "restore", "restore rows under row security"),
  option("if-exists", {}, "restore", "drop with IF EXISTS"),
  option("no-data-for-failed-tables", {}, "restore", "no rows for tables that could not be created"),
  option("no-table-access-method", { since: 15 }, "restore", "no table access methods"),
  option("no-tablespaces", {}, "restore", "no tablespaces"),
  option("role", value("ROLENAME"), "connection", "do SET ROLE after connecting"),
  option("section", value("SECTION"), "restore", "one section: pre-data, data or post-data"),
  option("statistics", { since: 18 }, "restore", "statistics too"),
  option("statistics-only", { since: 18 }, "restore", "statistics, no definitions and no data"),
  option("strict-names", {}, "restore", "each name of a table and schema must match something"),
  option("transaction-size", value("NUM", 17), "restore", "commit after so many objects"),
  option("use-set-session-authorization", {}, "restore", "set owners with SET SESSION AUTHORIZATION instead of ALTER OWNER"),
  option("no-comments", {}, "restore", "no comments"),
  option("no-data", { since: 18 }, "restore", "no data"),
  option("no-policies", { since: 18 }, "restore", "no row security policies"),
  option("no-publications", {}, "restore", "no publications"),
  option("no-schema", { since: 18 }, "restore", "no definitions"),
  option("no-security-labels", {}, "restore", "no security labels"),
  option("no-subscriptions", {}, "restore", "no subscriptions"),
  option("no-statistics", { since: 18 }, "restore", "no statistics"),
  option("filter", value("FILENAME", 17), "restore", "read what to restore and what to leave out from a file"),
  option("restrict-key", value("RESTRICT_KEY"), "restore", "key of the \\restrict command of a script"),
];

export function pgRestoreHelp(): string {
  return `pg_restore restores a database from an archive of pg_dump. This one is pgstow's.

Usage:
  pg_restore [OPTION]... [FILE]

${optionLists([...pgRestoreOptions, ...helpOptions], {
  general: "General options:",
  restore: "Options controlling the restore:",
  connection: "Connection options:",
})}
-I, -n, -N, -P, -t, -T, --section and the rules of --filter may be combined, and given
several times, to choose several objects.

Without a file the archive is read from standard input.
`;
}
