import { type FaceOption, option, optionLists } from "./face-option.ts";
import { helpOptions, sharedOptions, value } from "./shared-options.ts";

const shared = sharedOptions("restore");

/** pg_restore's options in the order of its own table, 13 to 18. */
export const pgRestoreOptions: readonly FaceOption[] = [
  option("c, clean", {}, "restore", "drop the objects before creating them"),
  option("C, create", {}, "restore", "create the database itself, and connect to it"),
  ...shared("data-only"),
  option("d, dbname", value("NAME"), "general", "database, keyword string or URI to restore into"),
  option("e, exit-on-error", {}, "restore", "end at the first error instead of going on"),
  option("N, exclude-schema", value("NAME"), "restore", "not what is in this schema"),
  option("f, file", value("FILENAME"), "general", "write a script to this file (-: standard output)"),
  option("F, format", value("c|d|t"), "general", "format of the archive; it is found out without this"),
  option("P, function", value("NAME(args)"), "restore", "this function, and nothing else"),
  ...shared("host"),
  option("I, index", value("NAME"), "restore", "this index, and nothing else"),
  option("j, jobs", value("NUM"), "restore", "restore over so many connections"),
  option("l, list", {}, "general", "print the archive's table of contents"),
  ...shared("no-privileges", "no-acl", "no-owner", "no-reconnect", "port", "no-password", "password"),
  option("n, schema", value("NAME"), "restore", "what is in this schema, and nothing else"),
  ...shared("schema-only", "superuser"),
  option("t, table", value("NAME"), "restore", "this table, view or sequence, and nothing else"),
  option("T, trigger", value("NAME"), "restore", "this trigger, and nothing else"),
  option("L, use-list", value("FILENAME"), "restore", "what this list names, in its order"),
  ...shared("username", "verbose"),
  option("1, single-transaction", {}, "restore", "all in one transaction"),
  ...shared("disable-triggers"),
  option("enable-row-security", {}, "restore", "restore rows under row security"),
  ...shared("if-exists"),
  option("no-data-for-failed-tables", {}, "restore", "no rows for tables that could not be created"),
  ...shared("no-table-access-method", "no-tablespaces", "role", "section", "statistics", "statistics-only"),
  option("strict-names", {}, "restore", "each name of a table and schema must match something"),
  option("transaction-size", value("NUM", 17), "restore", "commit after so many objects"),
  ...shared(
    "use-set-session-authorization",
    "no-comments",
    "no-data",
    "no-policies",
    "no-publications",
    "no-schema",
    "no-security-labels",
    "no-subscriptions",
    "no-statistics",
  ),
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
