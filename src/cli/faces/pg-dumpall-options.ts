import { type FaceOption, option, optionLists } from "./face-option.ts";
import { helpOptions, sharedOptions, value } from "./shared-options.ts";

const shared = sharedOptions("content");

/** pg_dumpall's options in the order of its own table, 13 to 18. */
export const pgDumpallOptions: readonly FaceOption[] = [
  ...shared("data-only"),
  option("c, clean", {}, "content", "commands that drop databases, roles and tablespaces first"),
  ...shared("encoding"),
  option("f, file", value("FILENAME"), "general", "output file; standard output without it"),
  option("g, globals-only", {}, "content", "roles and tablespaces, no databases"),
  ...shared("host"),
  option("d, dbname", value("CONNSTR"), "connection", "keyword string or URI of the server"),
  option("l, database", value("DBNAME"), "connection", "database to connect to for roles and tablespaces"),
  ...shared("no-owner", "port"),
  option("r, roles-only", {}, "content", "roles, nothing else"),
  ...shared("schema-only", "superuser"),
  option("t, tablespaces-only", {}, "content", "tablespaces, nothing else"),
  ...shared(
    "username",
    "verbose",
    "no-password",
    "password",
    "no-privileges",
    "no-acl",
    "attribute-inserts",
    "binary-upgrade",
    "column-inserts",
    "disable-dollar-quoting",
    "disable-triggers",
  ),
  option("exclude-database", value("PATTERN"), "content", "not the databases that match"),
  ...shared(
    "extra-float-digits",
    "if-exists",
    "inserts",
    "lock-wait-timeout",
    "no-table-access-method",
    "no-tablespaces",
    "quote-all-identifiers",
    "load-via-partition-root",
    "role",
    "use-set-session-authorization",
    "no-comments",
    "no-data",
    "no-policies",
    "no-publications",
  ),
  option("no-role-passwords", {}, "content", "no passwords of roles"),
  ...shared(
    "no-schema",
    "no-security-labels",
    "no-subscriptions",
    "no-statistics",
    "no-sync",
    "no-toast-compression",
    "no-unlogged-table-data",
    "on-conflict-do-nothing",
    "rows-per-insert",
    "statistics",
    "statistics-only",
  ),
  option("filter", value("FILENAME", 17), "content", "read the databases to leave out from a file"),
  ...shared("sequence-data"),
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
