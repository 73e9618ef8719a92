import { type FaceOption, option, optionLists, silent } from "./face-option.ts";
import { helpOptions, sharedOptions, value } from "./shared-options.ts";

const shared = sharedOptions("content");

/** pg_dump's options in the order of its own table, 13 to 18. */
export const pgDumpOptions: readonly FaceOption[] = [
  ...shared("data-only"),
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
  ...shared("host"),
  option("j, jobs", value("NUM"), "general", "dump so many tables at a time (directory format)"),
  ...shared("no-reconnect", "no-owner", "port"),
  option("n, schema", value("PATTERN"), "content", "the schemas that match, and nothing else"),
  option("N, exclude-schema", value("PATTERN"), "content", "not the schemas that match"),
  ...shared("schema-only"),
  option("S, superuser", value("NAME"), "content", "superuser who disables triggers in a plain script"),
  option("t, table", value("PATTERN"), "content", "the tables that match, and nothing else"),
  option("T, exclude-table", value("PATTERN"), "content", "not the tables that match"),
  ...shared("no-password", "password", "username", "verbose", "no-privileges", "no-acl"),
  option("Z, compress", value("METHOD[:DETAIL]"), "general", "compress with gzip, lz4, zstd or none; DETAIL is a level"),
  ...shared("encoding"),
  silent("help"),
  silent("version"),
  ...shared("attribute-inserts", "binary-upgrade", "column-inserts", "disable-dollar-quoting", "disable-triggers"),
  option("enable-row-security", {}, "content", "only the rows that row security shows to this role"),
  option("exclude-table-data", value("PATTERN"), "content", "no rows of the tables that match"),
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
    "section",
  ),
  option("serializable-deferrable", {}, "content", "wait for a snapshot that no other transaction can disturb"),
  option("snapshot", value("SNAPSHOT"), "content", "use a snapshot that another session exported"),
  ...shared("statistics", "statistics-only"),
  option("strict-names", {}, "content", "each pattern of tables and schemas must match something"),
  ...shared(
    "use-set-session-authorization",
    "no-comments",
    "no-data",
    "no-policies",
    "no-publications",
    "no-schema",
    "no-security-labels",
    "no-statistics",
    "no-subscriptions",
  ),
  silent("no-synchronized-snapshots", { until: 14 }),
  ...shared("no-toast-compression", "no-unlogged-table-data", "no-sync", "on-conflict-do-nothing", "rows-per-insert"),
  option("include-foreign-data", value("PATTERN"), "content", "rows of the tables of foreign servers that match"),
  option("table-and-children", value("PATTERN", 16), "content", "like -t, with the tables that inherit and the partitions"),
  option("exclude-table-and-children", value("PATTERN", 16), "content", "like -T, with the tables that inherit and the partitions"),
  option("exclude-table-data-and-children", value("PATTERN", 16), "content", "no rows of these, of what inherits and of partitions"),
  option("sync-method", value("METHOD", 17), "general", "how to wait for the disk: fsync or syncfs"),
  option("filter", value("FILENAME", 17), "content", "read what to dump and what to leave out from a file"),
  option("exclude-extension", value("PATTERN", 17), "content", "not the extensions that match"),
  ...shared("sequence-data"),
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
