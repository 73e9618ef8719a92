import type { DiagnosticSink } from "../core/diagnostics.ts";
import { PgstowError } from "../core/errors.ts";
import type { ArchiveStore, StoredFile } from "../store/archive-store.ts";
import type { ProcessFacts } from "../store/lock.ts";
import { backupInfo, factsOf } from "./backup-info.ts";
import type { BackupFacts, BackupInfo } from "./backup-info.ts";
import { changeCatalogue, readCatalogue, withFacts } from "./catalogue-file.ts";
import { BACKUP_SUFFIX, baseName, timeOfId } from "./names.ts";

/** Archives whose index is read at the same time. */
const OPEN_AT_ONCE = 8;

interface Found {
  readonly version: string;
  readonly facts: BackupFacts;
}

/**
 * The backups of one remote, newest first. What is not cached is read from the archives themselves; what is damaged or no archive is
 * left out with a warning.
 */
export async function listFolder(
  store: ArchiveStore,
  folder: string,
  process: ProcessFacts | undefined,
  onDiagnostic: DiagnosticSink,
): Promise<BackupInfo[]> {
  const files = (await store.list(folder)).filter(({ name }) => !baseName(name).startsWith("."));
  if (files.length === 0) return [];
  const catalogue = await readCatalogue(store, folder);
  const known = new Map<string, Found>();
  const unknown: StoredFile[] = [];
  for (const file of files) {
    const cached = catalogue.files[baseName(file.name)];
    if (!file.name.endsWith(BACKUP_SUFFIX)) onDiagnostic(foreign(store.addressOf(file.name)));
    else if (cached?.version === file.version) known.set(baseName(file.name), cached);
    else unknown.push(file);
  }
  const read = await readAll(store, unknown, onDiagnostic);
  const gone = Object.keys(catalogue.files).some((name) => !known.has(name) && !read.has(name));
  if (read.size > 0 || gone) await remember(store, folder, process, read, files);
  return files
    .flatMap((file) => {
      const name = baseName(file.name);
      const found = known.get(name) ?? read.get(name);
      return found === undefined ? [] : [backupInfo(found.facts, file, store.addressOf(file.name), catalogue.verifications[name] ?? [])];
    })
    .sort(newestFirst);
}

/** By the time in the id, which goes on even when the clock goes back. */
export function newestFirst(a: BackupInfo, b: BackupInfo): number {
  const time = (backup: BackupInfo) => (timeOfId(backup.id) ?? new Date(backup.startedAt)).getTime();
  return time(b) - time(a) || (a.name < b.name ? 1 : -1);
}

async function readAll(store: ArchiveStore, files: readonly StoredFile[], onDiagnostic: DiagnosticSink): Promise<Map<string, Found>> {
  const found = new Map<string, Found>();
  const queue = [...files];
  const work = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const facts = await readFacts(store, file, onDiagnostic);
      if (facts !== undefined) found.set(baseName(file.name), { version: file.version, facts });
    }
  };
  await Promise.all(Array.from({ length: OPEN_AT_ONCE }, work));
  return found;
}

async function readFacts(store: ArchiveStore, { name }: StoredFile, onDiagnostic: DiagnosticSink): Promise<BackupFacts | undefined> {
  try {
    // Most lists are of what is cached, and need nothing that reads archives.
    const [{ openArchive }, source] = await Promise.all([import("../archive/open.ts"), store.open(name)]);
    const archive = await openArchive(source);
    try {
      if (archive.format === "stow") return factsOf(archive, name);
    } finally {
      await archive.close();
    }
    onDiagnostic(foreign(store.addressOf(name)));
  } catch (error) {
    if (!(error instanceof PgstowError) || error.code === "aborted") throw error;
    // It may have been removed since it was listed.
    if (error.code !== "not-found") onDiagnostic({ severity: "warning", code: "damaged-backup", message: `left out: ${error.message}` });
  }
  return undefined;
}

function foreign(address: string) {
  return { severity: "warning", code: "foreign-file", message: `left out: "${address}" is no backup` } as const;
}

/** A cache that cannot be written is a slow one, and no reason to fail. */
async function remember(
  store: ArchiveStore,
  folder: string,
  process: ProcessFacts | undefined,
  read: ReadonlyMap<string, Found>,
  files: readonly StoredFile[],
): Promise<void> {
  const present = new Set(files.map(({ name }) => baseName(name)));
  try {
    await changeCatalogue(store, folder, process, (catalogue) => withFacts(catalogue, read, present));
  } catch (error) {
    if (!(error instanceof PgstowError)) throw error;
  }
}
