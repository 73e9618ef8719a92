import type { Sink } from "../archive/archive.ts";
import type { Diagnostic } from "../core/diagnostics.ts";
import type { DumpOptions } from "../dump/options.ts";

/** What a dump of one database takes and a dump of all has no use for. */
type OfOneDatabase =
  | "connection"
  | "format"
  | "output"
  | "create"
  | "schemas"
  | "excludeSchemas"
  | "tables"
  | "tablesAndChildren"
  | "excludeTables"
  | "excludeTablesAndChildren"
  | "excludeTableData"
  | "excludeTableDataAndChildren"
  | "extensions"
  | "excludeExtensions"
  | "includeForeignData"
  | "strictNames"
  | "sections"
  | "snapshot"
  | "compressionLevel"
  | "compression"
  | "archiveMinor"
  | "jobs";

/** What to dump of a server. Names of options are pg_dumpall's; those of DumpOptions go for each of the databases. */
export interface DumpAllOptions extends Omit<DumpOptions, OfOneDatabase> {
  /** The server; of its database only the name to connect to first is used, and only when `database` is not given. */
  readonly connection: DumpOptions["connection"];
  /** Takes the script; finished when all is dumped, aborted when something fails. */
  readonly output: Sink;
  /** Where roles and tablespaces are read (-l); else database postgres, else template1. */
  readonly database?: string | undefined;
  readonly globalsOnly?: boolean | undefined;
  readonly rolesOnly?: boolean | undefined;
  readonly tablespacesOnly?: boolean | undefined;
  /** psql's patterns. */
  readonly excludeDatabases?: readonly string[] | undefined;
  /** Passwords are neither read nor written; then anybody can dump roles. */
  readonly noRolePasswords?: boolean | undefined;
}

/** What a dump of all came to. */
export interface DumpAllSummary {
  readonly roles: number;
  readonly tablespaces: number;
  /** Databases that were dumped, in order. */
  readonly databases: readonly string[];
  readonly tables: number;
  readonly rows: number;
  /** Bytes written to the output. */
  readonly storedBytes: number;
  readonly diagnostics: readonly Diagnostic[];
}
