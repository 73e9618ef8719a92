import type { ArchiveMetadata, ArchiveReader } from "../archive/archive.ts";
import type { StoredFile } from "../store/archive-store.ts";
import { idOfFileName } from "./names.ts";

export const VERIFY_LEVELS = ["structure", "hashes", "content", "restore"] as const;
/** How much a verification looks at: the index; every stored byte; every row; or a restore that is compared row by row. */
export type VerifyLevel = (typeof VERIFY_LEVELS)[number];

/** One verification that has been done. */
export interface Verification {
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly level: VerifyLevel;
  readonly ok: boolean;
  /** What was found, when it was not well. */
  readonly problem?: string | undefined;
}

/** What a backup's own archive says of it. Times are ISO 8601 in UTC, sizes are bytes. */
export interface BackupFacts {
  readonly id: string;
  readonly database: string;
  readonly label: string | null;
  readonly tags: readonly string[];
  /** Rows and large objects, uncompressed. */
  readonly rawBytes: number;
  /** The archive's fingerprint: hex SHA-256. */
  readonly checksum: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly serverVersion: string;
  readonly toolVersion: string;
  readonly tables: number;
  readonly rows: number;
  readonly entries: number;
  /** Options of the dump, by flag name. */
  readonly options: ArchiveMetadata["options"];
}

/** A managed backup. */
export interface BackupInfo extends BackupFacts {
  readonly remote: string;
  /** Name in the store: `staging/shop-20261122T140501Z-ab12cd.sql.zst`. */
  readonly name: string;
  /** Where it is: a path, or an address such as `s3://bucket/...`. */
  readonly file: string;
  readonly sizeBytes: number;
  /** Oldest first. */
  readonly verifications: readonly Verification[];
}

/** Notes that a backup keeps among its archive's options, under names that no option of a dump has. */
const NOTE_ID = "backup-id";
const NOTE_REMOTE = "backup-remote";
const NOTE_LABEL = "label";
const NOTE_TAGS = "tag";

export function notesOf(backup: {
  readonly id: string;
  readonly remote: string;
  readonly label: string | null;
  readonly tags: readonly string[];
}): Record<string, string | readonly string[]> {
  return {
    [NOTE_ID]: backup.id,
    [NOTE_REMOTE]: backup.remote,
    ...(backup.label === null ? {} : { [NOTE_LABEL]: backup.label }),
    ...(backup.tags.length === 0 ? {} : { [NOTE_TAGS]: backup.tags }),
  };
}

/** Reads the facts out of an open archive. An archive that was put there by hand has its name as its id. */
export function factsOf(archive: Pick<ArchiveReader, "metadata" | "entries" | "sizes" | "summary">, name: string): BackupFacts {
  const { metadata, entries, summary } = archive;
  const { [NOTE_ID]: id, [NOTE_REMOTE]: _remote, [NOTE_LABEL]: label, [NOTE_TAGS]: tags, ...options } = metadata.options;
  return {
    // The name counts where they differ: it is what one can ask for.
    id: typeof id === "string" && idOfFileName(name) === id ? id : idOfFileName(name),
    database: metadata.database,
    label: typeof label === "string" ? label : null,
    tags: Array.isArray(tags) ? (tags as readonly string[]) : [],
    rawBytes: summary.rawBytes,
    checksum: summary.fingerprint,
    startedAt: metadata.startedAt,
    finishedAt: summary.finishedAt,
    serverVersion: metadata.serverVersion,
    toolVersion: metadata.toolVersion,
    tables: entries.filter(({ data }) => data === "rows").length,
    rows: summary.rows,
    entries: entries.length,
    options,
  };
}

export function backupInfo(
  facts: BackupFacts,
  file: Pick<StoredFile, "name" | "size">,
  address: string,
  verifications: readonly Verification[],
): BackupInfo {
  const remote = file.name.slice(0, file.name.lastIndexOf("/"));
  const { id, database, label, tags, rawBytes, checksum, ...rest } = facts;
  return {
    id,
    remote,
    database,
    name: file.name,
    file: address,
    sizeBytes: file.size,
    rawBytes,
    checksum,
    label,
    tags,
    ...rest,
    verifications,
  };
}

/** The last verification that says something of a backup: a failed one of any level, or a good one. */
export function lastVerification(backup: Pick<BackupInfo, "verifications">): Verification | undefined {
  return backup.verifications.at(-1);
}
