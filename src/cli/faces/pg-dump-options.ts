import { type FaceOption, option, optionLists, silent } from "./face-option.ts";

const value = (name: string, since?: number) => (since === undefined ? { value: name } : { value: name, since });

/** pg_dump's options in the order of its own table, 13 to 18. */
export const pgDumpOptions: readonly FaceOption[] = [
  option("a, data-only", {}, "content", "rows, large objects and sequence values, no definitions"),
  silent("blobs", { means: "large-objects" }),
  option("b, large-objects", { since: 16 }, "content", "large objects too, where a selection would leave them out"),
  silent("no-blobs", { means: "no-large-objects" }),
  option("B, no-large-objects", { since: 16 }, "content", "no large objects"),
  option("c, clean", {}, "content", "commands that drop the objects, before those that create them"),
  option("C, create", {}, "content", "commands that create the database itself and connect to it"),
  option("d, dbname", value("DBNAME"), "connection", "database, keyword string or URI to dump"),
  option("e, extension", value("PATTERN", 14), "content", "the extensions that match, and nothing else"),
  option("f, file", value("FILENAME"), "general", "output file, or folder of a directory archive"),
  option("F, format", value("c|d|t|p"), "general", "custom, directory, tar or plain (the default); s: pgstow's own stow archive"),
  option("h, host", value("HOSTNAME"), "connection", "host name of the server, or the folder of its socket"),
  option("j, jobs", value("NUM"), "general", "dump so many tables at a time (directory format)"),
  silent("R, no-reconnect"),
  option("O, no-owner", {}, "content", "no commands that set owners"),
  option("p, port", value("PORT"), "connection", "port of the server"),
  option("n, schema", value("PATTERN"), "content", "the schemas that match, and nothing else"),
  option("N, exclude-schema", value("PATTERN"), "content", "not the schemas that match"),
  option("s, schema-only", {}, "content", "definitions, no data"),
  option("S, superuser", value("NAME"), "content", "superuser who disables triggers in a plain script"),
  option("t, table", value("PATTERN"), "content", "the tables that match, and nothing else"),
  option("T, exclude-table", value("PATTERN"), "content", "not the tables that match"),
  option("w, no-password", {}, "connection", "never ask for a password"),
  option("W, password", {}, "connection", "ask for a password before anything else"),
  option("U, username", value("NAME"), "connection", "role to connect as"),
  option("v, verbose", {}, "general", "say what is being done"),
  option("x, no-privileges", {}, "content", "no GRANT and REVOKE"),
  silent("no-acl", { means: "no-privileges" }),
  option("Z, compress", value("METHOD[:DETAIL]"), "general", "compress with gzip, lz4, zstd or none; DETAIL is a level"),
  option("E, encoding", value("ENCODING"), "content", "encoding of the dump"),
  silent("help"),
  silent("version"),
  silent("attribute-inserts", { means: "column-inserts" }),
  option("binary-upgrade", {}, "content", "for upgrade programs alone"),
  option("column-inserts", {}, "content", "rows as INSERT commands that name the columns"),
  option("disable-dollar-quoting", {}, "content", "function bodies as quoted strings"),
  option("disable-triggers", {}, "content", "disable triggers while rows are restored (data only)"),
  option("enable-row-security", {}, "content", "only the rows that row security shows to this role"),
  option("exclude-table-data", value("PATTERN"), "content", "no rows of the tables that match"),
  option("extra-float-digits", value("NUM"), "content", "use this extra_float_digits for floating-point values"),
  option("if-exists", {}, "content", "drop with IF EXISTS"),
  option("inserts", {}, "content", "rows as INSERT commands instead of COPY"),
  option("lock-wait-timeout", value("TIMEOUT"), "general", "give up after waiting TIMEOUT for the lock of a table"),
  option("no-table-access-method", { since: 15 }, "content", "no table access methods"),
  option("no-tablespaces", {}, "content", "no tablespaces"),
  option("quote-all-identifiers", {}, "content", "quote every name"),
  option("load-via-partition-root", {}, "content", "restore rows of partitions through the root table"),
  option("role", value("ROLENAME"), "connection", "do SET ROLE after connecting"),
  option("section", value("SECTION"), "content", "one section: pre-data, data or post-data"),
  option("serializable-deferrable", {}, "content", "wait for a snapshot that no other transaction can disturb"),
  option("snapshot", value("SNAPSHOT"), "content", "use a snapshot that another session exported"),
  option("statistics", { since: 18 }, "content", "statistics too"),
  option("statistics-only", { since: 18 }, "content", "statistics, no definitions and no data"),
  option("strict-names", {}, "content", "each pattern of tables and schemas must match something"),
  option("use-set-session-authorization", {}, "content", "set owners with SET SESSION AUTHORIZATION instead of ALTER OWNER"),
  option("no-comments", {}, "content", "no comments"),
  option("no-data", { since: 18 }, "content", "no data"),
  option("no-policies", { since: 18 }, "content", "no row security policies"),
  option("no-publications", {}, "content", "no publications"),
  option("no-schema", { since: 18 }, "content", "no definitions"),
  option("no-security-labels", {}, "content", "no security labels"),
  option("no-statistics", { since: 18 }, "content", "no statistics"),
  option("no-subscriptions", {}, "content", "no subscriptions"),
  silent("no-synchronized-snapshots", { until: 14 }),
  option("no-toast-compression", { since: 14 }, "content", "no compression methods of columns"),
  option("no-unlogged-table-data", {}, "content", "no rows of unlogged tables"),
  option("no-sync", {}, "general", "do not wait until the dump is safely on the disk"),
  option("on-conflict-do-nothing", {}, "content", "add ON CONFLICT DO NOTHING to INSERT commands"),
  option("rows-per-insert", value("NROWS"), "content", "INSERT commands with so many rows each"),
  option("include-foreign-data", value("PATTERN"), "content", "rows of the tables of foreign servers that match"),
  option("table-and-children", value("PATTERN", 16), "content", "like -t, with the tables that inherit and the partitions"),
  option("exclude-table-and-children", value("PATTERN", 16), "content", "like -T, with the tables that inherit and the partitions"),
  option("exclude-table-data-and-children", value("PATTERN", 16), "content", "no rows of these, of what inherits and of partitions"),
  option("sync-method", value("METHOD", 17), "general", "how to wait for the disk: fsync or syncfs"),
  option("filter", value("FILENAME", 17), "content", "read what to dump and what to leave out from a file"),
  option("exclude-extension", value("PATTERN", 17), "content", "not the extensions that match"),
  option("sequence-data", { since: 18 }, "content", "values of sequences even without other data"),
  option("restrict-key", value("RESTRICT_KEY"), "content", "key of the \\restrict command of a plain script"),
];

export function pgDumpHelp(): string {
  return `pg_dump writes a database as a script or an archive. This one is pgstow's.

Usage:
  pg_dump [OPTION]... [DBNAME]

${optionLists([...pgDumpOptions, ...helpOptions], {
  general: "General options:",
  content: "Options controlling the output content:",
  connection: "Connection options:",
})}
Without a database name the environment variable PGDATABASE names it.
`;
}

/** Read before all others, and only as the first word. */
export const helpOptions: readonly FaceOption[] = [
  option("V, version", {}, "general", "print the version, then exit"),
  option("?, help", {}, "general", "show this help, then exit"),
];
