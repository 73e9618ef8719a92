import { createHash, randomBytes } from "node:crypto";

import type { ArchiveReader } from "../archive/archive.ts";
import { describeEntry } from "../archive/entry.ts";
import type { Entry } from "../archive/entry.ts";
import { copyOut } from "../copy/rows-out.ts";
import { PgstowError } from "../core/errors.ts";
import type { DataChannel } from "../postgres/data-channel.ts";
import { openDataChannel } from "../postgres/data-channel.ts";
import type { SettingsInput } from "../postgres/settings.ts";
import { resolveSettings } from "../postgres/settings.ts";
import { pinSession } from "../postgres/snapshot.ts";
import { createDatabase } from "../restore/create-database.ts";
import { runRestore } from "../restore/restore.ts";
import type { BackupInfo } from "./backup-info.ts";
import type { BackupContext } from "./create.ts";
import { RowMultiset } from "./row-multiset.ts";
import { openScratchServer } from "./scratch-server.ts";
import type { VerifyBackupOptions } from "./verify.ts";

/**
 * Restores the archive into a database of its own, compares every table with the archive through COPY, and drops the database. Throws
 * `corrupt` when a table differs, and what the restore throws. Owners, grants and tablespaces are left out: they belong to the server.
 */
export async function verifyByRestoring(
  context: BackupContext,
  archive: ArchiveReader,
  backup: BackupInfo,
  options: VerifyBackupOptions,
): Promise<void> {
  const server = await openScratchServer(options.scratch);
  try {
    const connection: SettingsInput = { dbname: server.url, askPassword: context.askPassword };
    const name = `pgstow_verify_${randomBytes(6).toString("hex")}`;
    const scratch = await createDatabase(archive, connection, context.environment, name, options.signal);
    try {
      await runRestore({
        archive,
        connection: scratch.connection,
        environment: context.environment,
        noOwner: true,
        noPrivileges: true,
        noTablespaces: true,
        noPolicies: true,
        noSubscriptions: true,
        ...(options.signal === undefined ? {} : { signal: options.signal }),
        ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
      });
      const channel = await openDataChannel(await resolveSettings(scratch.connection, context.environment), { signal: options.signal });
      try {
        await pinSession(channel, { rowSecurity: false });
        await compareTables(channel, archive, backup, options.signal);
      } finally {
        await channel.close();
      }
    } finally {
      await scratch.undo();
    }
  } finally {
    await server.close();
  }
}

async function compareTables(
  channel: DataChannel,
  archive: ArchiveReader,
  backup: BackupInfo,
  signal: AbortSignal | undefined,
): Promise<void> {
  // Several entries may be copied into one table: those of partitions that were dumped by way of their root.
  const byTable = new Map<string, Entry[]>();
  for (const entry of archive.entries) {
    if (entry.data !== "rows" || entry.relkind === "f") continue;
    const entries = byTable.get(entry.copy);
    if (entries === undefined) byTable.set(entry.copy, [entry]);
    else entries.push(entry);
  }
  for (const [copy, entries] of byTable) {
    const statement = copy.replace(/ FROM stdin;\s*$/i, " TO stdout");
    if (await sameBytes(channel, archive, statement, entries, signal)) continue;
    if (await sameRows(channel, archive, statement, entries, signal)) continue;
    const [first] = entries;
    const what = first === undefined ? statement : describeEntry(first);
    throw new PgstowError("corrupt", `"${backup.file}": ${what} is not the same after a restore`, { context: { file: backup.file } });
  }
}

/** The usual case: rows come back in the order in which they were written. */
async function sameBytes(
  channel: DataChannel,
  archive: ArchiveReader,
  statement: string,
  entries: readonly Entry[],
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const restored = createHash("sha256");
  for await (const { bytes } of copyOut(channel, statement)) restored.update(bytes);
  const stored = createHash("sha256");
  for await (const bytes of rowsOf(archive, entries, signal)) stored.update(bytes);
  return restored.digest("hex") === stored.digest("hex");
}

async function sameRows(
  channel: DataChannel,
  archive: ArchiveReader,
  statement: string,
  entries: readonly Entry[],
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const restored = new RowMultiset();
  for await (const { bytes } of copyOut(channel, statement)) restored.add(bytes);
  const stored = new RowMultiset();
  for await (const bytes of rowsOf(archive, entries, signal)) stored.add(bytes);
  return restored.equals(stored);
}

async function* rowsOf(archive: ArchiveReader, entries: readonly Entry[], signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  for (const entry of entries) {
    const data = archive.data(entry, signal === undefined ? {} : { signal });
    if (data.type !== "rows") continue;
    for await (const { bytes } of data.batches) yield bytes;
  }
}
