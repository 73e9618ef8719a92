import { openArchive } from "../archive/open.ts";
import { PgstowError } from "../core/errors.ts";
import { resolveSettings } from "../postgres/settings.ts";
import type { SettingsInput } from "../postgres/settings.ts";
import { createDatabase } from "../restore/create-database.ts";
import { preflight } from "../restore/preflight/preflight.ts";
import { replaceContents, scopeOf } from "../restore/replace/replace.ts";
import { runRestore } from "../restore/restore.ts";
import type { RestoreOptions, RestoreSummary } from "../restore/restore.ts";
import type { SwapOptions } from "../restore/swap/swap.ts";
import type { BackupInfo } from "./backup-info.ts";
import type { BackupContext, WorkOptions } from "./create.ts";
import { createBackup } from "./create.ts";
import { whileReading } from "./in-use.ts";
import type { RemoteConfig } from "./remote.ts";

type EngineOptions = Pick<
  RestoreOptions,
  | "schemas"
  | "excludeSchemas"
  | "tables"
  | "sections"
  | "schemaOnly"
  | "dataOnly"
  | "clean"
  | "ifExists"
  | "noOwner"
  | "noPrivileges"
  | "noComments"
  | "noSecurityLabels"
  | "noPublications"
  | "noSubscriptions"
  | "noPolicies"
  | "noTablespaces"
  | "noTableAccessMethod"
  | "disableTriggers"
  | "superuser"
  | "role"
>;

export interface RestoreBackupOptions extends WorkOptions {
  /** Drops everything that the database holds first, in the same transaction. */
  readonly replace?: boolean | undefined;
  /** Restores into a new database over several sessions, which then takes the place of the remote's own. */
  readonly swap?: SwapOptions | undefined;
  /** Sessions of a swap; 2 unless given. */
  readonly jobs?: number | undefined;
  /** Makes a database of this name and restores into it. */
  readonly into?: string | undefined;
  /** Takes a backup of the remote before anything else. */
  readonly backupFirst?: boolean | undefined;
  /** Must be the remote's name when its environment is production. */
  readonly confirmProduction?: string | undefined;
  /** Ends the other sessions on the database before they can be in the way. */
  readonly terminateOthers?: boolean | undefined;
  /** How long to wait for a table that somebody uses: milliseconds, or text with PostgreSQL's units. For ever unless given. */
  readonly lockWaitTimeout?: string | undefined;
  /** Only looks whether it would go well. */
  readonly dryRun?: boolean | undefined;
  readonly engine?: EngineOptions | undefined;
}

export interface RestoreReport extends RestoreSummary {
  readonly backup: BackupInfo;
  readonly database: string;
  /** The backup that was made of the target before. */
  readonly backedUp: BackupInfo | null;
}

/**
 * Restores a backup into a remote's database, or one of its own (`into`), in one transaction. The archive's hashes come first, then a look
 * at the target that throws `preflight` with everything that would fail; only then is anything touched.
 */
export async function restoreBackup(
  context: BackupContext,
  backup: BackupInfo,
  remote: RemoteConfig,
  options: RestoreBackupOptions,
): Promise<RestoreReport> {
  checkOptions(remote, options);
  const backedUp = options.backupFirst === true ? await backupFirst(context, backup, remote, options) : null;
  return whileReading(context.store, context.process, backup, async () => {
    const archive = await openArchive(await context.store.open(backup.name));
    try {
      if (archive.summary.fingerprint !== backup.checksum) {
        throw new PgstowError("corrupt", `"${backup.file}" is another archive than the one that was listed`, {
          context: { file: backup.file },
        });
      }
      const connection: SettingsInput = { dbname: remote.url, askPassword: context.askPassword };
      const scope = options.replace === true ? scopeOf(archive) : undefined;
      const made =
        options.into === undefined
          ? undefined
          : await createDatabase(archive, connection, context.environment, options.into, options.signal);
      try {
        const { terminateOthers, lockWaitTimeout, swap, jobs } = options;
        const summary = await runRestore({
          ...options.engine,
          archive,
          connection: made?.connection ?? connection,
          environment: context.environment,
          ...(options.signal === undefined ? {} : { signal: options.signal }),
          ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
          ...(options.onDiagnostic === undefined ? {} : { onDiagnostic: options.onDiagnostic }),
          ...(swap === undefined ? {} : { swap, ...(jobs === undefined ? {} : { jobs }) }),
          inspectTarget: preflight({
            ...options.engine,
            archive,
            replace: scope,
            oneTransaction: swap === undefined,
            terminateOthers,
            onDiagnostic: options.onDiagnostic,
          }),
          ...(scope === undefined
            ? {}
            : { prepareTarget: replaceContents({ scope, lockWaitTimeout, onDiagnostic: options.onDiagnostic }) }),
        });
        const { database } = await resolveSettings(made?.connection ?? connection, context.environment);
        return { ...summary, backup, database, backedUp };
      } catch (error) {
        await made?.undo();
        throw error;
      }
    } finally {
      await archive.close();
    }
  });
}

function checkOptions(remote: RemoteConfig, options: RestoreBackupOptions): void {
  const { replace, swap, into, backupFirst, engine = {}, confirmProduction } = options;
  const refuse = (message: string, hint?: string): never => {
    throw new PgstowError("usage", message, hint === undefined ? {} : { hint });
  };
  if (remote.environment === "production" && confirmProduction !== remote.name) {
    refuse(
      `"${remote.name}" is a production database, and restoring into it is not confirmed`,
      `Add --yes-restore-production ${remote.name}.`,
    );
  }
  if (replace === true && into !== undefined)
    refuse("options --replace and --into cannot be used together: a new database holds nothing to replace");
  if (backupFirst === true && into !== undefined) refuse("options --backup-first and --into cannot be used together");
  if (swap !== undefined) {
    const other =
      replace === true ? "--replace" : into !== undefined ? "--into" : options.terminateOthers === true ? "--terminate-others" : undefined;
    if (other !== undefined)
      refuse(`options --swap and ${other} cannot be used together: a swap makes a database of its own, and ends sessions when it is whole`);
  } else if (options.jobs !== undefined) refuse("option --jobs requires option --swap: everything else is one transaction");
  if (replace !== true && swap === undefined) return;
  const selecting = (["schemas", "excludeSchemas", "tables", "sections", "schemaOnly", "dataOnly", "clean"] as const).find((name) => {
    const value = engine[name];
    return Array.isArray(value) ? value.length > 0 : value === true;
  });
  if (selecting !== undefined)
    refuse(
      `option --${swap === undefined ? "replace" : "swap"} takes the whole backup; it cannot be used with options that choose parts of it, nor with --clean`,
    );
}

async function backupFirst(
  context: BackupContext,
  backup: BackupInfo,
  remote: RemoteConfig,
  options: RestoreBackupOptions,
): Promise<BackupInfo> {
  const { signal, onProgress, onDiagnostic } = options;
  return createBackup(context, remote, { signal, onProgress, onDiagnostic, label: `before restoring ${backup.id}` });
}
