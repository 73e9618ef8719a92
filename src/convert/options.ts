import type { ArchiveReader, ArchiveSummary, FolderSink, Sink } from "../archive/archive.ts";
import type { Compression } from "../archive/compression/method.ts";
import type { DumpFormat } from "../archive/format-of-name.ts";
import type { ProgressSink } from "../core/progress.ts";
import type { RestoreSelection } from "../restore/selection.ts";

/** What to convert, into what. Options of selection and form have pg_restore's meaning. */
export interface ConvertOptions extends Omit<RestoreSelection, "create"> {
  /** Path of an archive, or an open one, which stays open. */
  readonly archive: string | ArchiveReader;
  readonly format: DumpFormat;
  /** Takes the new archive; finished when all is well, aborted otherwise. */
  readonly output: Sink | FolderSink;

  /** How the text of a plain script (and of a stow or tar archive) is printed. Custom and directory archives hold no such text. */
  readonly clean?: boolean | undefined;
  readonly ifExists?: boolean | undefined;
  readonly create?: boolean | undefined;
  readonly disableTriggers?: boolean | undefined;
  readonly superuser?: string | undefined;
  readonly useSetSessionAuthorization?: boolean | undefined;
  readonly enableRowSecurity?: boolean | undefined;
  readonly verbose?: boolean | undefined;
  /** Key of the \restrict line; random when missing. */
  readonly restrictKey?: string | undefined;

  /** Left out of the new archive for good. */
  readonly noOwner?: boolean | undefined;
  readonly noTablespaces?: boolean | undefined;
  readonly noTableAccessMethod?: boolean | undefined;

  /** zstd level of a stow archive. */
  readonly compressionLevel?: number | undefined;
  /** How the data of a custom or directory archive is compressed; gzip unless given. */
  readonly compression?: Compression | undefined;
  /** 14 to 16; without it that of the archive that is read, or of its server's pg_dump. */
  readonly archiveMinor?: number | undefined;

  /** Facts that are kept beside the options in the archive's metadata; only a stow archive has a place for them. */
  readonly notes?: Readonly<Record<string, string | readonly string[]>> | undefined;

  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ProgressSink | undefined;
}

/** What a conversion came to. */
export interface ConvertSummary extends ArchiveSummary {
  /** Entries in the new archive, and tables whose rows it has. */
  readonly entries: number;
  readonly tables: number;
}
