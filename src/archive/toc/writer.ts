import { PgstowError } from "../../core/errors.ts";
import type { ArchiveMetadata, ArchiveSummary, ArchiveWriter, DataTotals, EntryData, LargeObjectPiece, ScriptOptions } from "../archive.ts";
import { checkLevel } from "../compression/method.ts";
import type { Compression } from "../compression/method.ts";
import { describeEntry } from "../entry.ts";
import type { Entry } from "../entry.ts";
import { encodeToc } from "./encode.ts";
import { itemsOf } from "./entries-to-items.ts";
import { formatCodes, MINOR_MAX } from "./item.ts";
import type { TocItem } from "./item.ts";
import { objectsOf } from "./large-objects.ts";
import type { StoredObject } from "./large-objects.ts";
import { storedRows } from "./rows.ts";
import { storedStatements } from "./statements.ts";

/** Oldest version that is written. */
export const MINOR_WRITTEN_MIN = 14;

export interface PgDumpWriterOptions {
  readonly compression?: Compression;
  /** 14 to 16: version 1.14 is read by pg_restore 12 and later, 1.15 by 16, 1.16 by 17. The one of the server's release unless given. */
  readonly archiveMinor?: number;
}

/** What a table of contents is made from. */
export interface TocContent extends PgDumpWriterOptions {
  readonly metadata: ArchiveMetadata;
  readonly entries: readonly Entry[];
  readonly script: ScriptOptions;
}

/** Where one of pg_dump's formats puts data. Content comes uncompressed. */
export interface DataTarget {
  readonly storedBytes: number;
  /** Whether it takes the data of several entries at the same time. */
  readonly takesSeveral: boolean;
  /** Whether it then puts them into the order of the table of contents. */
  readonly keepsOrder?: boolean;
  rows(item: TocItem, content: AsyncIterable<Uint8Array>): Promise<void>;
  largeObjects(item: TocItem, objects: AsyncIterable<StoredObject>): Promise<void>;
  finish(): Promise<void>;
  abort(): Promise<void>;
}

/** The table of contents of an archive that is to be written. */
export class TocDraft {
  readonly minor: number;
  readonly compression: Compression;
  readonly items: readonly TocItem[];
  readonly #content: TocContent;
  readonly #formatCode: number;

  /** Throws a PgstowError `usage` for what the version cannot hold. */
  constructor(content: TocContent, format: "custom" | "directory" | "tar", fileOf: (entry: Entry, minor: number) => string) {
    this.#content = content;
    this.#formatCode = format === "custom" ? formatCodes.custom : formatCodes.tar;
    this.minor = content.archiveMinor ?? minorOfServer(content.metadata.serverVersionNum);
    this.compression = format === "tar" ? { method: "none" } : (content.compression ?? { method: "gzip" });
    checkVersion(this.minor, this.compression);
    checkLevel(this.compression);
    this.items = itemsOf(content, { minor: this.minor, fileOf: (entry) => fileOf(entry, this.minor) });
  }

  /** Its length does not depend on the positions. */
  encode(items: readonly TocItem[] = this.items): Buffer {
    const { metadata, script } = this.#content;
    const head = {
      minor: this.minor,
      formatCode: this.#formatCode,
      compression: this.compression,
      startedAt: metadata.startedAt,
      database: metadata.database,
      serverVersion: metadata.serverVersion,
      dumpVersion: script.dumpedBy,
    };
    return encodeToc(head, items, metadata);
  }
}

/** The version that pg_dump of the server's own release writes. */
export function minorOfServer(serverVersionNum: number): number {
  const major = Math.floor(serverVersionNum / 10000);
  if (major >= 17) return 16;
  return major === 16 ? 15 : 14;
}

function checkVersion(minor: number, { method }: Compression): void {
  if (!Number.isInteger(minor) || minor < MINOR_WRITTEN_MIN || minor > MINOR_MAX) {
    throw new PgstowError("usage", `archive version 1.${minor} cannot be written: 1.${MINOR_WRITTEN_MIN} to 1.${MINOR_MAX} can`);
  }
  if (minor >= 15 || method === "gzip" || method === "none") return;
  throw new PgstowError("usage", `an archive of version 1.${minor} cannot be compressed with ${method}`, {
    hint: "pg_restore before 16 knows gzip only; version 1.15 or 1.16 can be compressed with lz4 and zstd.",
  });
}

/** Writes one of pg_dump's formats: counts what goes by, and does nothing any more after its first error. */
export class PgDumpWriter implements ArchiveWriter {
  readonly atOnce?: "all";
  readonly keepsOrder?: true;
  readonly #items: ReadonlyMap<number, TocItem>;
  readonly #target: DataTarget;
  #rows = 0;
  #rawBytes = 0;
  #usable = true;

  constructor(toc: TocDraft, target: DataTarget) {
    this.#items = new Map(toc.items.map((item) => [item.dumpId, item]));
    this.#target = target;
    if (target.takesSeveral) this.atOnce = "all";
    if (target.keepsOrder === true) this.keepsOrder = true;
  }

  data(entry: Entry, data: EntryData): Promise<DataTotals> {
    return this.#step(async () => {
      const item = this.#items.get(entry.dumpId);
      if (item?.hasData !== true) throw new PgstowError("internal", `entry has no data in the table of contents: ${describeEntry(entry)}`);
      const totals = { rows: 0, rawBytes: 0 };
      const count = (more: DataTotals): void => {
        totals.rows += more.rows;
        totals.rawBytes += more.rawBytes;
      };
      if (data.type === "large-objects") await this.#target.largeObjects(item, objectsOf(counted(data.pieces, count)));
      else if (data.type === "rows") await this.#target.rows(item, storedRows(data.batches, count));
      else await this.#target.rows(item, storedStatements(data.batches, count));
      this.#rows += totals.rows;
      this.#rawBytes += totals.rawBytes;
      return totals;
    });
  }

  finish(): Promise<ArchiveSummary> {
    return this.#step(async () => {
      await this.#target.finish();
      this.#usable = false;
      const finishedAt = new Date().toISOString();
      return { rows: this.#rows, rawBytes: this.#rawBytes, storedBytes: this.#target.storedBytes, fingerprint: "", finishedAt };
    });
  }

  async abort(): Promise<void> {
    this.#usable = false;
    await this.#target.abort();
  }

  async #step<T>(work: () => Promise<T>): Promise<T> {
    if (!this.#usable) throw new PgstowError("internal", "the archive writer is finished, or has failed before");
    try {
      return await work();
    } catch (error) {
      this.#usable = false;
      throw error;
    }
  }
}

async function* counted(pieces: AsyncIterable<LargeObjectPiece>, count: (totals: DataTotals) => void): AsyncGenerator<LargeObjectPiece> {
  for await (const piece of pieces) {
    count({ rows: 0, rawBytes: piece.bytes.length });
    yield piece;
  }
}
