import type { BackupInfo } from "../../backup/backup-info.ts";
import { PgstowError } from "../../core/errors.ts";
import type { CommandContext } from "../command.ts";
import type { ParsedArguments } from "../option.ts";
import { diagnosticSink, openStores } from "./remote-options.ts";

/** The backups of the remote that is asked for, or of all stores; newest first. */
export interface ListedStores {
  readonly backups: BackupInfo[];
  /** Name of the remote, when one is asked for. */
  readonly remote: string | undefined;
}

/**
 * Lists what the stores hold. One of several that cannot be asked is left out with a warning: where a remote's variables are not set, its
 * backups are seldom what is looked for. Throws a PgstowError when none can be asked.
 */
export async function listStores(args: ParsedArguments, context: CommandContext): Promise<ListedStores> {
  const onDiagnostic = diagnosticSink(context);
  const warn = ({ message, hint }: PgstowError): void => {
    const warning = { severity: "warning", code: "store-left-out", message: `left out: ${message}` } as const;
    onDiagnostic(hint === undefined ? warning : { ...warning, hint });
  };
  const { newestFirst } = await import("../../backup/list.ts");
  const stores = await openStores(args, warn);
  const backups: BackupInfo[] = [];
  const failures: PgstowError[] = [];
  for (const { manager, remote } of stores) {
    try {
      backups.push(...(await manager.listBackups({ remote: remote?.name, onDiagnostic })));
    } catch (error) {
      if (!(error instanceof PgstowError) || error.code === "aborted") throw error;
      failures.push(error);
    } finally {
      await manager.close();
    }
  }
  if (failures.length === stores.length && failures[0] !== undefined) throw failures[0];
  for (const failure of failures) warn(failure);
  return { backups: backups.sort(newestFirst), remote: stores[0]?.remote?.name };
}
