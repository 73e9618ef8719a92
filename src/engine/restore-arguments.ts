import { PgstowError } from "../core/errors.ts";
import type { RestoreOptions } from "../restore/restore.ts";

/** Options that are an argument of their own. What chooses among the entries is not among them: the entries are listed. */
const FLAGS: Partial<Record<keyof RestoreOptions, string>> = {
  clean: "clean",
  ifExists: "if-exists",
  create: "create",
  noOwner: "no-owner",
  noTablespaces: "no-tablespaces",
  noTableAccessMethod: "no-table-access-method",
  useSetSessionAuthorization: "use-set-session-authorization",
  disableTriggers: "disable-triggers",
  enableRowSecurity: "enable-row-security",
  noDataForFailedTables: "no-data-for-failed-tables",
  // --disable-triggers acts on data alone.
  dataOnly: "data-only",
};

/** What only the native engine can do. */
const NATIVE_ONLY: Partial<Record<keyof RestoreOptions, string>> = {
  inspectTarget: "preflight",
  prepareTarget: "replace",
  analyze: "analyze",
  maintenanceWorkMem: "maintenance-work-mem",
};

/** pg_restore's command line for these options, but for the connection, the entries and the archive. */
export function restoreArguments(options: RestoreOptions): string[] {
  for (const [name, flag] of Object.entries(NATIVE_ONLY) as [keyof RestoreOptions, string][]) {
    if (options[name] === undefined || options[name] === false) continue;
    throw new PgstowError("usage", `option --${flag} needs the native engine`);
  }
  const flags = (Object.entries(FLAGS) as [keyof RestoreOptions, string][]).flatMap(([name, flag]) =>
    options[name] === true ? [`--${flag}`] : [],
  );
  const superuser = options.superuser === undefined ? [] : [`--superuser=${options.superuser}`];
  const role = options.role === undefined ? [] : [`--role=${options.role}`];
  return [...flags, ...superuser, ...role, ...transactionArguments(options)];
}

/** One transaction for all, unless something else is said. */
function transactionArguments({ transaction = "all", onError, jobs = 1 }: RestoreOptions): string[] {
  const stop = onError === "continue" ? [] : ["--exit-on-error"];
  if (jobs > 1) return [`--jobs=${jobs.toString()}`, ...stop];
  if (transaction === "all") return ["--single-transaction"];
  return transaction === "none" ? stop : [`--transaction-size=${transaction.toString()}`];
}
