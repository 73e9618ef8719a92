import type { ArchiveStore } from "../store/archive-store.ts";
import { acquireLock } from "../store/lock.ts";
import type { ProcessFacts } from "../store/lock.ts";
import type { BackupFacts, Verification } from "./backup-info.ts";

/** Verifications that are kept of one backup. */
const VERIFICATIONS_MAX = 20;
const LOCK_WAIT_MS = 15_000;

/** What is known of the files of one folder, by their names in it, and how each was found when it was verified. */
export interface CatalogueFile {
  readonly files: Readonly<Record<string, { readonly version: string; readonly facts: BackupFacts }>>;
  readonly verifications: Readonly<Record<string, readonly Verification[]>>;
}

const nothing: CatalogueFile = { files: {}, verifications: {} };

function catalogueName(folder: string): string {
  return `${folder}/.catalogue.json`;
}

/** The cache beside the archives; empty when it is missing or is not what we write. */
export async function readCatalogue(store: ArchiveStore, folder: string): Promise<CatalogueFile> {
  const found = await store.read(catalogueName(folder));
  if (found === undefined) return nothing;
  const { catalogueShape } = await import("./catalogue-shape.ts");
  try {
    return catalogueShape.parse(JSON.parse(Buffer.from(found.bytes).toString("utf8")));
  } catch {
    return nothing;
  }
}

/** Changes the cache, one at a time, so that nobody's verification is lost. */
export async function changeCatalogue(
  store: ArchiveStore,
  folder: string,
  process: ProcessFacts | undefined,
  change: (catalogue: CatalogueFile) => CatalogueFile,
): Promise<void> {
  const lock = await acquireLock(store, `${folder}/.catalogue.lock`, {
    purpose: `change of the catalogue of "${folder}"`,
    process,
    waitMs: LOCK_WAIT_MS,
  });
  try {
    const next = change(await readCatalogue(store, folder));
    await store.write(catalogueName(folder), Buffer.from(`${JSON.stringify({ version: 1, ...next })}\n`));
  } finally {
    await lock.release();
  }
}

export function withFacts(
  catalogue: CatalogueFile,
  found: ReadonlyMap<string, { version: string; facts: BackupFacts }>,
  present: ReadonlySet<string>,
): CatalogueFile {
  const only = <T>(all: Readonly<Record<string, T>>) => Object.fromEntries(Object.entries(all).filter(([name]) => present.has(name)));
  return { files: { ...only(catalogue.files), ...Object.fromEntries(found) }, verifications: only(catalogue.verifications) };
}

export function withVerification(catalogue: CatalogueFile, name: string, verification: Verification): CatalogueFile {
  const earlier = catalogue.verifications[name] ?? [];
  const kept = [...earlier, verification].slice(-VERIFICATIONS_MAX);
  return { ...catalogue, verifications: { ...catalogue.verifications, [name]: kept } };
}
