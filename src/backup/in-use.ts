import { randomBytes } from "node:crypto";

import { PgstowError } from "../core/errors.ts";
import type { ArchiveStore } from "../store/archive-store.ts";
import { acquireLock, isLocked } from "../store/lock.ts";
import type { ProcessFacts } from "../store/lock.ts";
import type { BackupInfo } from "./backup-info.ts";
import { baseName } from "./names.ts";

const READING = ".reading-";

/** Does something with a backup that must not be removed meanwhile. A store that cannot be written to is read all the same. */
export async function whileReading<T>(
  store: ArchiveStore,
  process: ProcessFacts | undefined,
  backup: Pick<BackupInfo, "remote" | "name">,
  work: () => Promise<T>,
): Promise<T> {
  const name = `${backup.remote}/${READING}${baseName(backup.name)}.${randomBytes(6).toString("hex")}`;
  const mark = await acquireLock(store, name, { purpose: "reading", process }).catch((error: unknown) => {
    if (error instanceof PgstowError && error.code === "file") return undefined;
    throw error;
  });
  try {
    return await work();
  } finally {
    await mark?.release().catch(() => undefined);
  }
}

/** The names in the store of backups that somebody reads now. */
export async function backupsBeingRead(
  store: ArchiveStore,
  folder: string,
  process: ProcessFacts | undefined,
): Promise<ReadonlySet<string>> {
  const reading = new Set<string>();
  for (const { name } of await store.list(folder)) {
    const base = baseName(name);
    if (!base.startsWith(READING)) continue;
    if (await isLocked(store, name, process)) reading.add(`${folder}/${base.slice(READING.length, base.lastIndexOf("."))}`);
    else await store.remove(name);
  }
  return reading;
}
