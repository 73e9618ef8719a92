import { PgstowError } from "../core/errors.ts";
import type { DumpOptions } from "../dump/options.ts";

/** Options that are an argument of their own, under the name that pg_dump has for them. */
const FLAGS: Partial<Record<keyof DumpOptions, string>> = {
  strictNames: "strict-names",
  schemaOnly: "schema-only",
  dataOnly: "data-only",
  noSchema: "no-schema",
  noData: "no-data",
  statisticsOnly: "statistics-only",
  statistics: "statistics",
  sequenceData: "sequence-data",
  clean: "clean",
  ifExists: "if-exists",
  create: "create",
  noOwner: "no-owner",
  noPrivileges: "no-privileges",
  noComments: "no-comments",
  noSecurityLabels: "no-security-labels",
  noPublications: "no-publications",
  noSubscriptions: "no-subscriptions",
  noPolicies: "no-policies",
  noTablespaces: "no-tablespaces",
  noTableAccessMethod: "no-table-access-method",
  noToastCompression: "no-toast-compression",
  noUnloggedTableData: "no-unlogged-table-data",
  inserts: "inserts",
  columnInserts: "column-inserts",
  onConflictDoNothing: "on-conflict-do-nothing",
  loadViaPartitionRoot: "load-via-partition-root",
  disableDollarQuoting: "disable-dollar-quoting",
  disableTriggers: "disable-triggers",
  useSetSessionAuthorization: "use-set-session-authorization",
  quoteAllIdentifiers: "quote-all-identifiers",
  enableRowSecurity: "enable-row-security",
  verbose: "verbose",
  serializableDeferrable: "serializable-deferrable",
};

/** Options with a value, or several. */
const VALUES: Partial<Record<keyof DumpOptions, string>> = {
  schemas: "schema",
  excludeSchemas: "exclude-schema",
  tables: "table",
  tablesAndChildren: "table-and-children",
  excludeTables: "exclude-table",
  excludeTablesAndChildren: "exclude-table-and-children",
  excludeTableData: "exclude-table-data",
  excludeTableDataAndChildren: "exclude-table-data-and-children",
  extensions: "extension",
  excludeExtensions: "exclude-extension",
  includeForeignData: "include-foreign-data",
  sections: "section",
  rowsPerInsert: "rows-per-insert",
  extraFloatDigits: "extra-float-digits",
  superuser: "superuser",
  encoding: "encoding",
  role: "role",
  lockWaitTimeout: "lock-wait-timeout",
  snapshot: "snapshot",
};

/** What only the native engine can do. */
const NATIVE_ONLY: Partial<Record<keyof DumpOptions, string>> = { strict: "strict" };

/** pg_dump's command line for these options, but for the connection, the format and where the output goes. */
export function dumpArguments(options: DumpOptions): string[] {
  for (const [name, flag] of entries(NATIVE_ONLY)) {
    if (options[name] === undefined || options[name] === false) continue;
    throw new PgstowError("usage", `option --${flag} needs the native engine`);
  }
  const flags = entries(FLAGS).flatMap(([name, flag]) => (options[name] === true ? [`--${flag}`] : []));
  const values = entries(VALUES).flatMap(([name, flag]) => listOf(options[name]).map((value) => `--${flag}=${value}`));
  const largeObjects = options.largeObjects === undefined ? [] : [options.largeObjects ? "-b" : "-B"];
  const key = options.restrictKey === undefined || options.format !== "plain" ? [] : [`--restrict-key=${options.restrictKey}`];
  return [...flags, ...values, ...largeObjects, ...key];
}

function entries(table: Partial<Record<keyof DumpOptions, string>>): [keyof DumpOptions, string][] {
  return Object.entries(table) as [keyof DumpOptions, string][];
}

function listOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === "string" || typeof value === "number" ? [String(value)] : [];
}
