import type { OptionSpec } from "../option.ts";

const output = "Output options:";
const content = "Content options:";
const selection = "Selection options (patterns as in psql; each may be given several times):";
const form = "Form options:";
const omit = "Omission options:";

/** pg_dump's options, but for those of the connection. */
export const dumpOptionSpecs: readonly OptionSpec[] = [
  { name: "file", short: "f", type: "value", valueName: "FILE", describe: "output file; standard output without it", group: output },
  {
    name: "format",
    short: "F",
    type: "value",
    valueName: "p|s|c|d|t",
    describe:
      "plain script, stow archive, or pg_dump's custom, directory or tar archive; without it the file's name decides (.sql, .sql.zst)",
    group: output,
  },
  { name: "force", type: "flag", describe: "replace the output file when it exists", group: output },
  {
    name: "compress",
    short: "Z",
    type: "value",
    valueName: "METHOD[:LEVEL]",
    describe: "zstd level of a stow archive, 1 to 22; gzip, lz4, zstd or none for a custom or directory archive",
    group: output,
  },
  {
    name: "archive-version",
    type: "value",
    valueName: "1.14|1.15|1.16",
    describe: "version of a custom, directory or tar archive; that of the server's pg_dump without it",
    group: output,
  },
  { name: "jobs", short: "j", type: "value", describe: "", group: output, hidden: "no-op" },
  {
    name: "lock-wait-timeout",
    type: "value",
    valueName: "TIMEOUT",
    describe: "fail after waiting so long for a table lock",
    group: output,
  },
  { name: "no-sync", type: "flag", describe: "", group: output, hidden: "no-op" },
  { name: "sync-method", type: "value", describe: "", group: output, hidden: "no-op" },

  { name: "data-only", short: "a", type: "flag", describe: "dump only the data, not the schema", group: content },
  { name: "schema-only", short: "s", type: "flag", describe: "dump only the schema, no data", group: content },
  { name: "large-objects", short: "b", aliases: ["blobs"], type: "flag", describe: "include large objects", group: content },
  { name: "no-large-objects", short: "B", aliases: ["no-blobs"], type: "flag", describe: "exclude large objects", group: content },
  { name: "clean", short: "c", type: "flag", describe: "drop database objects before making them", group: content },
  { name: "if-exists", type: "flag", describe: "use IF EXISTS when dropping objects", group: content },
  { name: "create", short: "C", type: "flag", describe: "include commands to create the database", group: content },
  { name: "encoding", short: "E", type: "value", valueName: "ENCODING", describe: "dump the data in this encoding", group: content },
  { name: "snapshot", type: "value", valueName: "SNAPSHOT", describe: "use this exported snapshot", group: content },
  { name: "serializable-deferrable", type: "flag", describe: "wait until the dump can run without anomalies", group: content },
  { name: "strict", type: "flag", describe: "fail when the database has what this program does not know", group: content },
  { name: "enable-row-security", type: "flag", describe: "dump only the rows that the role may see", group: content },

  { name: "schema", short: "n", type: "list", valueName: "PATTERN", describe: "dump these schemas only", group: selection },
  { name: "exclude-schema", short: "N", type: "list", valueName: "PATTERN", describe: "do not dump these schemas", group: selection },
  { name: "table", short: "t", type: "list", valueName: "PATTERN", describe: "dump these tables only", group: selection },
  { name: "exclude-table", short: "T", type: "list", valueName: "PATTERN", describe: "do not dump these tables", group: selection },
  { name: "exclude-table-data", type: "list", valueName: "PATTERN", describe: "do not dump the rows of these tables", group: selection },
  { name: "extension", short: "e", type: "list", valueName: "PATTERN", describe: "dump these extensions only", group: selection },
  { name: "table-and-children", type: "list", valueName: "PATTERN", describe: "these tables and those that inherit", group: selection },
  { name: "exclude-table-and-children", type: "list", valueName: "PATTERN", describe: "not these tables, nor heirs", group: selection },
  {
    name: "exclude-table-data-and-children",
    type: "list",
    valueName: "PATTERN",
    describe: "no rows of these nor of heirs",
    group: selection,
  },
  { name: "exclude-extension", type: "list", valueName: "PATTERN", describe: "do not dump these extensions", group: selection },
  {
    name: "include-foreign-data",
    type: "list",
    valueName: "PATTERN",
    describe: "rows of tables of these foreign servers too",
    group: selection,
  },
  { name: "strict-names", type: "flag", describe: "each pattern must match something", group: selection },

  { name: "disable-dollar-quoting", type: "flag", describe: "quote functions' bodies as strings", group: form },
  { name: "load-via-partition-root", type: "flag", describe: "restore partitions' rows through the root table", group: form },
  { name: "disable-triggers", type: "flag", describe: "disable triggers while rows are restored (data only)", group: form },
  { name: "superuser", short: "S", type: "value", valueName: "NAME", describe: "superuser for --disable-triggers", group: form },
  { name: "quote-all-identifiers", type: "flag", describe: "quote all names, even if not keywords", group: form },
  { name: "restrict-key", type: "value", valueName: "KEY", describe: "key of the \\restrict line of a plain script", group: form },
  { name: "use-set-session-authorization", type: "flag", describe: "SET SESSION AUTHORIZATION instead of ALTER OWNER", group: form },
  { name: "no-reconnect", short: "R", type: "flag", describe: "", group: form, hidden: "no-op" },

  { name: "no-owner", short: "O", type: "flag", describe: "no ownership", group: omit },
  { name: "no-privileges", short: "x", aliases: ["no-acl"], type: "flag", describe: "no grants and revokes", group: omit },
  { name: "no-comments", type: "flag", describe: "no comments", group: omit },
  { name: "no-policies", type: "flag", describe: "no row-level security policies", group: omit },
  { name: "no-publications", type: "flag", describe: "no publications", group: omit },
  { name: "no-security-labels", type: "flag", describe: "no security labels", group: omit },
  { name: "no-subscriptions", type: "flag", describe: "no subscriptions", group: omit },
  { name: "no-table-access-method", type: "flag", describe: "no table access methods", group: omit },
  { name: "no-tablespaces", type: "flag", describe: "no tablespaces", group: omit },
  { name: "no-toast-compression", type: "flag", describe: "no compression methods of columns", group: omit },
  { name: "no-unlogged-table-data", type: "flag", describe: "no rows of unlogged tables", group: omit },

  ...[
    "inserts",
    "column-inserts",
    "on-conflict-do-nothing",
    "binary-upgrade",
    "no-data",
    "no-schema",
    "no-statistics",
    "statistics",
    "statistics-only",
    "sequence-data",
  ].map((name): OptionSpec => ({ name, type: "flag", describe: "", group: form, hidden: "not-yet" })),
  ...["rows-per-insert", "extra-float-digits", "filter"].map((name): OptionSpec => ({
    name,
    type: "value",
    describe: "",
    group: form,
    hidden: "not-yet",
  })),
];
