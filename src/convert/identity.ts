import type { ArchiveMetadata, ArchiveReader } from "../archive/archive.ts";
import { MINOR_WRITTEN_MIN, minorOfServer } from "../archive/toc/writer.ts";
import { readVersion } from "../core/version.ts";
import type { ConvertOptions } from "./options.ts";

/** Who made the source: what a script names as the version of pg_dump. */
export function dumpedBy({ layout, metadata, dumpedBy: recorded }: ArchiveReader): string {
  return recorded ?? layout?.dumpVersion ?? `${metadata.serverVersion} (pgstow ${metadata.toolVersion})`;
}

/** The version of a custom, directory or tar archive, by its second number: what is wanted, or what the source has, or suits its server. */
export function archiveMinorOf({ layout, metadata }: ArchiveReader, wanted: number | undefined): number {
  if (wanted !== undefined) return wanted;
  const minor = Number(/^1\.(\d+)/.exec(layout?.version ?? "")?.[1] ?? 0);
  return minor >= MINOR_WRITTEN_MIN ? minor : minorOfServer(metadata.serverVersionNum);
}

/** What the new archive says of itself: the database and its server as before. */
export function metadataFor({ format, metadata }: ArchiveReader, options: ConvertOptions): ArchiveMetadata {
  return {
    ...metadata,
    // A stow archive names the version of this program that wrote it.
    toolVersion: options.format === "stow" && format !== "stow" ? readVersion() : metadata.toolVersion,
    rowSecurity: options.enableRowSecurity ?? metadata.rowSecurity,
    options: { ...metadata.options, ...options.notes },
  };
}
