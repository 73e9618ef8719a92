import type { DumpOptions } from "../dump/dump.ts";
import type { StoreOptions } from "../store/archive-store.ts";
import type { RetentionPolicy } from "./retention.ts";

export const ENVIRONMENTS = ["local", "staging", "production"] as const;
export type RemoteEnvironment = (typeof ENVIRONMENTS)[number];

/** Options of a dump that a remote may set for all its backups. */
export type RemoteDumpOptions = Partial<
  Pick<
    DumpOptions,
    | "schemas"
    | "excludeSchemas"
    | "tables"
    | "excludeTables"
    | "excludeTableData"
    | "extensions"
    | "excludeExtensions"
    | "schemaOnly"
    | "largeObjects"
    | "noOwner"
    | "noPrivileges"
    | "noComments"
    | "noPublications"
    | "noSubscriptions"
    | "noSecurityLabels"
    | "noTablespaces"
    | "noUnloggedTableData"
    | "enableRowSecurity"
    | "lockWaitTimeout"
    | "role"
    | "serializableDeferrable"
    | "strict"
    | "compressionLevel"
  >
>;

/**
 * Commands for the shell. Each gets the BackupInfo as JSON on its standard input. What they print is passed on without the passwords and
 * keys of the remote and its store.
 */
export interface RemoteHooks {
  /** Before a backup is begun; when it fails there is no backup. */
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  /** When a backup has failed. */
  readonly failed?: string | undefined;
  /** Seconds that each of them may take before it is ended, which is its failure; as long as it wants unless given. */
  readonly timeout?: number | undefined;
}

/** A database that is backed up under a name. */
export interface RemoteConfig {
  /** Letters, digits, `_`, `-` and `.`; it is also the folder's name in the store. */
  readonly name: string;
  /** postgres:// URI or keyword string. */
  readonly url: string;
  /** `local` unless given. In `production` a restore needs its confirmation. */
  readonly environment?: RemoteEnvironment | undefined;
  readonly store?: string | StoreOptions | undefined;
  readonly retention?: RetentionPolicy | undefined;
  readonly dump?: RemoteDumpOptions | undefined;
  readonly hooks?: RemoteHooks | undefined;
}
