import type { ArchiveReader } from "../archive/archive.ts";
import type { Entry } from "../archive/entry.ts";
import type { RestoreOptions } from "./restore.ts";

/** Checks the archive before the target is connected to, unless it need not. Gives its fingerprint. */
export async function verifyFirst(archive: ArchiveReader, entries: readonly Entry[], options: RestoreOptions): Promise<string> {
  const { storedBytes, fingerprint } = archive.summary;
  if (options.verify === false || showsWhileRestored(archive, entries, options)) return fingerprint;
  const { signal, onProgress } = options;
  const report = await archive.verify({
    ...(signal === undefined ? {} : { signal }),
    onBytes: (bytes) => {
      const entriesTotal = archive.entries.length;
      onProgress?.({ phase: "verify", entriesDone: 0, entriesTotal, rows: 0, rawBytes: bytes, rawBytesTotal: storedBytes });
    },
  });
  return report.fingerprint;
}

/**
 * Whether damage shows early enough while the data is restored. Formats without hashes are checked by uncompressing all of their data, which
 * a restore does once more: a stream that breaks off ends the transaction, and nothing is left. The state of a sequence that is not made
 * in it would be, and a database that was dropped to be made anew would be gone.
 */
function showsWhileRestored(archive: ArchiveReader, entries: readonly Entry[], options: RestoreOptions): boolean {
  const { transaction = "all", swap, create, clean } = options;
  if (archive.format === "stow" || transaction !== "all" || swap !== undefined) return false;
  if (create === true && clean === true) return false;
  const nameOf = ({ schema, tag }: Entry): string => JSON.stringify([schema, tag]);
  const made = new Set(entries.filter(({ kind }) => kind === "SEQUENCE").map(nameOf));
  return entries.every((entry) => entry.kind !== "SEQUENCE SET" || made.has(nameOf(entry)));
}
