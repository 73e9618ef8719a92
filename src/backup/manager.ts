import type { DiagnosticSink } from "../core/diagnostics.ts";
import { checkLockTimeout } from "../postgres/lock-timeout.ts";
import type { AskPassword, Environment } from "../postgres/settings.ts";
import type { ArchiveStore, StoreOptions } from "../store/archive-store.ts";
import type { ProcessFacts } from "../store/lock.ts";
import { openStore } from "../store/open-store.ts";
import type { BackupInfo, Verification } from "./backup-info.ts";
import type { BackupContext, CreateOptions } from "./create.ts";
import { findBackup } from "./find.ts";
import { listFolder, newestFirst } from "./list.ts";
import type { PruneOptions, PruneReport } from "./prune.ts";
import type { RemoteConfig } from "./remote.ts";
import type { RestoreBackupOptions, RestoreReport } from "./restore.ts";
import type { RetentionPolicy } from "./retention.ts";
import type { VerifyBackupOptions } from "./verify.ts";

export interface BackupManagerOptions {
  /** PG* variables that fill in what a remote's URL leaves open; none unless given. */
  readonly environment?: Environment | undefined;
  /** With it, locks of processes that died are seen at once and not after two minutes. */
  readonly process?: ProcessFacts | undefined;
  readonly askPassword?: AskPassword | undefined;
  /** Takes what hooks print, without secrets; dropped unless given. */
  readonly onHookOutput?: ((bytes: Uint8Array) => void) | undefined;
}

export interface ListOptions {
  /** Only those of this remote. */
  readonly remote?: string | undefined;
  /** Told of damaged backups and foreign files, which are left out. */
  readonly onDiagnostic?: DiagnosticSink | undefined;
}

/**
 * Keeps backups of databases in one store: a folder, `s3://bucket/prefix`, or a store of one's own. What dumps and restores is loaded
 * when it is asked for: a list needs none of it.
 */
export class BackupManager {
  readonly #store: string | StoreOptions | ArchiveStore;
  readonly #options: BackupManagerOptions;
  #opened: Promise<ArchiveStore> | undefined;

  constructor(store: string | StoreOptions | ArchiveStore, options: BackupManagerOptions = {}) {
    this.#store = store;
    this.#options = options;
  }

  /** Dumps the remote's database into the store. Throws a PgstowError; then no backup is left, finished or not. */
  async createBackup(remote: RemoteConfig, options: CreateOptions = {}): Promise<BackupInfo> {
    const [{ createBackup }, { checkRemote }] = await Promise.all([import("./create.ts"), import("./config/check-remote.ts")]);
    return createBackup(await this.#context(), checkRemote(remote), options);
  }

  /** Newest first. */
  async listBackups(options: ListOptions = {}): Promise<BackupInfo[]> {
    const { store, process } = await this.#context();
    const folders = options.remote === undefined ? await store.folders() : [options.remote];
    const backups: BackupInfo[] = [];
    for (const folder of folders) backups.push(...(await listFolder(store, folder, process, options.onDiagnostic ?? (() => undefined))));
    return backups.sort(newestFirst);
  }

  /** `latest`, an id, the beginning of one, or a file's name. Throws `not-found`. */
  async getBackup(wanted: string, options: ListOptions = {}): Promise<BackupInfo> {
    const { store } = await this.#context();
    const where = options.remote === undefined ? `in ${store.address}` : `of "${options.remote}" in ${store.address}`;
    return findBackup(await this.listBackups(options), wanted, where);
  }

  /** What is wrong with the backup is in the result, which is recorded; other errors are thrown. */
  async verifyBackup(backup: BackupInfo | string, options: VerifyBackupOptions = {}): Promise<Verification> {
    const { verifyBackup } = await import("./verify.ts");
    return verifyBackup(await this.#context(), await this.#resolve(backup), options);
  }

  /** Restores into the remote's database in one transaction: all of it or nothing. */
  async restoreBackup(backup: BackupInfo | string, remote: RemoteConfig, options: RestoreBackupOptions = {}): Promise<RestoreReport> {
    checkLockTimeout(options.lockWaitTimeout, "lockWaitTimeout");
    const [{ restoreBackup }, { checkRemote }] = await Promise.all([import("./restore.ts"), import("./config/check-remote.ts")]);
    return restoreBackup(await this.#context(), await this.#resolve(backup, remote.name), checkRemote(remote), options);
  }

  /** Removes what the policy does not keep, of one remote or of each by itself. */
  async pruneBackups(
    policy: RetentionPolicy,
    options: PruneOptions & { readonly remote?: string | undefined } = {},
  ): Promise<PruneReport[]> {
    const { pruneBackups } = await import("./prune.ts");
    const context = await this.#context();
    const reports: PruneReport[] = [];
    for (const remote of options.remote === undefined ? await context.store.folders() : [options.remote]) {
      reports.push(await pruneBackups(context, remote, policy, options));
    }
    return reports;
  }

  async close(): Promise<void> {
    // What could not be opened has told so.
    (await this.#opened?.catch(() => undefined))?.close();
  }

  async #resolve(backup: BackupInfo | string, remote?: string): Promise<BackupInfo> {
    return typeof backup === "string" ? this.getBackup(backup, { remote }) : backup;
  }

  async #context(): Promise<BackupContext> {
    this.#opened ??= isStore(this.#store) ? Promise.resolve(this.#store) : openStore(this.#store);
    const { environment = {}, process, askPassword, onHookOutput = () => undefined } = this.#options;
    const secrets = typeof this.#store === "string" || isStore(this.#store) ? [] : storeSecrets(this.#store);
    return { store: await this.#opened, environment, process, askPassword, onHookOutput, secrets };
  }
}

function storeSecrets({ secretAccessKey }: StoreOptions): string[] {
  return secretAccessKey === undefined ? [] : [secretAccessKey];
}

function isStore(store: string | StoreOptions | ArchiveStore): store is ArchiveStore {
  return typeof store !== "string" && "addressOf" in store;
}
