import type { ArchiveReader, ArchiveWriter } from "../archive/archive.ts";
import { describeEntry } from "../archive/entry.ts";
import { openArchive } from "../archive/open.ts";
import { PgstowError, throwIfAborted } from "../core/errors.ts";
import type { Progress } from "../core/progress.ts";
import { openWriter } from "../dump/open-writer.ts";
import { scriptOptions } from "../dump/script-options.ts";
import { selectEntries } from "../restore/selection.ts";
import { archiveMinorOf, dumpedBy, metadataFor } from "./identity.ts";
import { withLargeObjectsOf } from "./large-objects.ts";
import type { ConvertOptions, ConvertSummary } from "./options.ts";
import type { PlannedEntry } from "./planned-entry.ts";
import { withoutPlaces } from "./without-places.ts";

export type { ConvertOptions, ConvertSummary } from "./options.ts";

/**
 * Writes what an archive holds in another format, or less of it, with the same ids, dependencies and rows. The source is checked to its
 * last byte before anything is written. Throws a PgstowError; the output is then aborted and leaves no trace.
 */
export async function runConvert(options: ConvertOptions): Promise<ConvertSummary> {
  try {
    throwIfAborted(options.signal);
    const archive = typeof options.archive === "string" ? await openArchive(options.archive) : options.archive;
    try {
      return await convertFrom(archive, options);
    } finally {
      if (archive !== options.archive) await archive.close();
    }
  } catch (error) {
    await options.output.abort();
    throw error;
  }
}

async function convertFrom(archive: ArchiveReader, options: ConvertOptions): Promise<ConvertSummary> {
  const planned = planEntries(archive, options);
  await verifyFirst(archive, options);
  const archiveMinor = archiveMinorOf(archive, options.archiveMinor);
  const content = {
    metadata: metadataFor(archive, options),
    entries: planned.map(({ entry }) => entry),
    script: scriptOptions(options, dumpedBy(archive)),
  };
  const writer = await openWriter(content, isForPgRestore(options.format) ? { ...options, archiveMinor } : options);
  try {
    const tables = await copyData(archive, writer, planned, options);
    return { ...(await writer.finish()), entries: planned.length, tables };
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** The entries of the new archive, each with those of the old one that its data comes from. */
function planEntries(archive: ArchiveReader, options: ConvertOptions): PlannedEntry[] {
  const isArchive = options.format !== "plain";
  // The database's own entries are always in an archive; a script has them when it creates the database.
  const create = isArchive || (options.create ?? false);
  const selected = selectEntries(archive.entries, { ...options, create });
  const planned = selected.map(({ entry }): PlannedEntry => ({ entry: withoutPlaces(entry, options), sources: [entry] }));
  if (!isForPgRestore(options.format)) return planned;
  return withLargeObjectsOf(planned, archive.entries, archiveMinorOf(archive, options.archiveMinor));
}

function isForPgRestore(format: ConvertOptions["format"]): boolean {
  return format === "custom" || format === "directory" || format === "tar";
}

/** What is wrong anywhere in the source is known before the first byte of the new archive goes out, to a pipe for instance. */
async function verifyFirst(archive: ArchiveReader, { signal, onProgress }: ConvertOptions): Promise<void> {
  const entriesTotal = archive.entries.length;
  const { storedBytes } = archive.summary;
  await archive.verify({
    ...(signal === undefined ? {} : { signal }),
    onBytes: (rawBytes) => onProgress?.({ phase: "verify", entriesDone: 0, entriesTotal, rows: 0, rawBytes, rawBytesTotal: storedBytes }),
  });
}

/** Streams the data of every entry that has some, in the order of the table of contents. Gives the number of tables. */
async function copyData(
  archive: ArchiveReader,
  writer: ArchiveWriter,
  planned: readonly PlannedEntry[],
  { signal, onProgress }: ConvertOptions,
): Promise<number> {
  const withData = planned.filter(({ entry }) => entry.data !== "none");
  const rawBytesTotal = withData.reduce(
    (sum, { sources }) => sources.reduce((part, { dumpId }) => part + (archive.sizes.get(dumpId)?.rawBytes ?? 0), sum),
    0,
  );
  let progress: Progress = { phase: "data", entriesDone: 0, entriesTotal: withData.length, rows: 0, rawBytes: 0, rawBytesTotal };
  let tables = 0;
  for (const { entry, sources } of withData) {
    throwIfAborted(signal);
    onProgress?.({ ...progress, entry: describeEntry(entry) });
    const parts = sources.map((source) => archive.data(source, signal === undefined ? {} : { signal }));
    const { rows, rawBytes } = await writer.data(entry, joinedData(parts));
    const { entriesDone } = progress;
    progress = { ...progress, entriesDone: entriesDone + 1, rows: progress.rows + rows, rawBytes: progress.rawBytes + rawBytes };
    if (entry.data !== "large-objects") tables++;
  }
  onProgress?.({ ...progress, phase: "finish" });
  return tables;
}

type Data = Parameters<ArchiveWriter["data"]>[1];

/** Only large objects are ever joined. */
function joinedData(parts: readonly Data[]): Data {
  const [first, second] = parts;
  if (first === undefined) throw new PgstowError("internal", "an entry with data comes from no entry");
  if (second === undefined) return first;
  return {
    type: "large-objects",
    pieces: (async function* () {
      for (const part of parts) {
        if (part.type !== "large-objects") throw new PgstowError("internal", "rows of two entries cannot be joined");
        yield* part.pieces;
      }
    })(),
  };
}
