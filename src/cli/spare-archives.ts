import { stat } from "node:fs/promises";
import { isSkippable, ZSTD_MAGIC } from "../archive/stow/skippable.ts";
import { MAGIC } from "../archive/toc/decode.ts";
import { PgstowError } from "../core/errors.ts";
import { readStart } from "../store/file-start.ts";
import type { RestoreTask } from "./restore-arguments.ts";

/**
 * `-f` names an archive for dump and a script for restore: one slip would put the script in a backup's place. Throws a PgstowError `exists`
 * when the output is the archive that is read, or (in this program's own command; pg_restore writes over anything) any other archive.
 */
export async function spareArchives({ output, archive, manner }: Pick<RestoreTask, "output" | "archive" | "manner">): Promise<void> {
  const existing = output === undefined ? undefined : await stat(output).catch(() => undefined);
  if (output === undefined || existing?.isFile() !== true) return;
  const source = archive === undefined ? undefined : await stat(archive).catch(() => undefined);
  const isSource = source?.dev === existing.dev && source.ino === existing.ino;
  if (!isSource && (manner !== "pgstow" || !(await beginsLikeArchive(output)))) return;
  const what = isSource ? "the archive that is to be read" : "an archive";
  throw new PgstowError("exists", `"${output}" is ${what}; a script would take its place`, {
    hint: "Name another file for the script; to restore into a database, say -d DBNAME instead of -f FILE.",
  });
}

/** A zstd frame, a skippable one as at the beginning of a stow archive, or pg_dump's custom format. */
async function beginsLikeArchive(path: string): Promise<boolean> {
  const start = await readStart(path, MAGIC.length);
  if (start.length < MAGIC.length) return false;
  const magic = start.readUInt32LE(0);
  return magic === ZSTD_MAGIC || isSkippable(magic) || start.toString("latin1") === MAGIC;
}
