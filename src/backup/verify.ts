import type { ArchiveReader } from "../archive/archive.ts";
import { describeEntry } from "../archive/entry.ts";
import { openArchive } from "../archive/open.ts";
import { PgstowError } from "../core/errors.ts";
import type { ProgressSink } from "../core/progress.ts";
import type { BackupInfo, Verification, VerifyLevel } from "./backup-info.ts";
import { changeCatalogue, withVerification } from "./catalogue-file.ts";
import type { BackupContext, WorkOptions } from "./create.ts";
import { whileReading } from "./in-use.ts";
import { baseName } from "./names.ts";
import { verifyByRestoring } from "./verify-restore.ts";

export interface VerifyBackupOptions extends WorkOptions {
  /** `hashes` unless given. */
  readonly level?: VerifyLevel | undefined;
  /** For the level `restore`: a server on which a scratch database may be made; an embedded server, if installed, unless given. */
  readonly scratch?: string | undefined;
}

/** Verifies a backup and records what came of it. What is wrong with the backup is in the result; other errors are thrown. */
export async function verifyBackup(context: BackupContext, backup: BackupInfo, options: VerifyBackupOptions): Promise<Verification> {
  const { store, process } = context;
  const level = options.level ?? "hashes";
  const problem = await whileReading(store, process, backup, () => findProblem(context, backup, level, options));
  const verification: Verification = {
    at: new Date().toISOString(),
    level,
    ok: problem === undefined,
    ...(problem === undefined ? {} : { problem }),
  };
  await changeCatalogue(store, backup.remote, process, (all) => withVerification(all, baseName(backup.name), verification)).catch(
    (error: unknown) => {
      if (!(error instanceof PgstowError)) throw error;
      options.onDiagnostic?.({ severity: "warning", code: "not-recorded", message: `the verification is not recorded: ${error.message}` });
    },
  );
  return verification;
}

/** What speaks against the backup itself, as one line. */
const AGAINST_THE_BACKUP: ReadonlySet<string> = new Set(["corrupt", "not-an-archive", "not-found"]);

async function findProblem(
  context: BackupContext,
  backup: BackupInfo,
  level: VerifyLevel,
  options: VerifyBackupOptions,
): Promise<string | undefined> {
  try {
    const archive = await openArchive(await context.store.open(backup.name));
    try {
      checkStructure(archive, backup);
      if (level !== "structure") await checkHashes(archive, options);
      if (level === "content") await checkContent(archive, options);
      if (level === "restore") await verifyByRestoring(context, archive, backup, options);
      return undefined;
    } finally {
      await archive.close();
    }
  } catch (error) {
    if (error instanceof PgstowError && AGAINST_THE_BACKUP.has(error.code)) return error.message;
    throw error;
  }
}

/** Opening it has checked index and seek table; what is left is that its parts name what there is, and that it is the backup we know. */
function checkStructure(archive: ArchiveReader, backup: BackupInfo): void {
  const wrong = (problem: string) => new PgstowError("corrupt", `"${backup.file}": ${problem}`, { context: { file: backup.file } });
  if (archive.format !== "stow") throw wrong("is not a stow archive");
  if (archive.summary.fingerprint !== backup.checksum) throw wrong("is another archive than the one that was listed");
  for (const entry of archive.entries) {
    if (entry.data !== "none" && archive.sizes.get(entry.dumpId) === undefined) throw wrong(`has no data of ${describeEntry(entry)}`);
    if (entry.data === "rows" && entry.copy === "") throw wrong(`has rows without a COPY statement: ${describeEntry(entry)}`);
  }
}

async function checkHashes(archive: ArchiveReader, { signal, onProgress }: VerifyBackupOptions): Promise<void> {
  const { storedBytes } = archive.summary;
  const report = (rawBytes: number) =>
    onProgress?.({ phase: "verify", entriesDone: 0, entriesTotal: archive.entries.length, rows: 0, rawBytes, rawBytesTotal: storedBytes });
  await archive.verify({ ...(signal === undefined ? {} : { signal }), onBytes: report });
}

/** Decompresses everything and counts the rows by their ends. */
async function checkContent(archive: ArchiveReader, { signal, onProgress }: VerifyBackupOptions): Promise<void> {
  const withData = archive.entries.filter(({ data }) => data !== "none");
  let [entriesDone, rows, rawBytes] = [0, 0, 0];
  const report = (entry: string, sink: ProgressSink | undefined) =>
    sink?.({ phase: "verify", entry, entriesDone, entriesTotal: withData.length, rows, rawBytes, rawBytesTotal: archive.summary.rawBytes });
  for (const entry of withData) {
    const size = archive.sizes.get(entry.dumpId);
    const data = archive.data(entry, signal === undefined ? {} : { signal });
    let [rowsHere, bytesHere] = [0, 0];
    if (data.type === "large-objects") {
      for await (const { bytes } of data.pieces) bytesHere += bytes.length;
      rowsHere = size?.rows ?? 0;
    } else {
      for await (const { bytes, rows: counted } of data.batches) {
        rowsHere += data.type === "rows" ? countRowEnds(bytes) : counted;
        bytesHere += bytes.length;
        report(describeEntry(entry), onProgress);
      }
    }
    if (rowsHere !== size?.rows || bytesHere !== size.rawBytes) {
      throw new PgstowError("corrupt", `${describeEntry(entry)} holds ${rowsHere} rows where the index says ${size?.rows ?? 0}`);
    }
    entriesDone++;
    rows += rowsHere;
    rawBytes += bytesHere;
  }
}

/** A line feed in COPY text always ends a row: one within a value is written as `\n`. */
function countRowEnds(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count++;
  return count;
}
