import { PgstowError } from "../core/errors.ts";
import type { BackupInfo } from "./backup-info.ts";
import { BACKUP_SUFFIX, baseName } from "./names.ts";

/**
 * The backup that is meant: `latest`, an id, the beginning of an id or of a checksum that only one has, or a file's name. `backups` come
 * newest first. Throws `not-found`.
 */
export function findBackup(backups: readonly BackupInfo[], wanted: string, where: string): BackupInfo {
  const [newest] = backups;
  if (newest === undefined) throw new PgstowError("not-found", `there are no backups ${where}`);
  if (wanted === "latest") return newest;
  const exact = backups.find(({ id, name, file }) => [id, name, baseName(name), file, `${id}${BACKUP_SUFFIX}`].includes(wanted));
  if (exact !== undefined) return exact;
  const begins = backups.filter(
    ({ id, checksum }) => wanted !== "" && (id.startsWith(wanted) || (wanted.length >= 6 && checksum.startsWith(wanted))),
  );
  const [only, second] = begins;
  if (only !== undefined && second === undefined) return only;
  if (only !== undefined) {
    const some = begins.slice(0, 5).map(({ id }) => id);
    throw new PgstowError(
      "not-found",
      `${begins.length} backups begin with "${wanted}": ${some.join(", ")}${begins.length > 5 ? ", ..." : ""}`,
    );
  }
  throw new PgstowError("not-found", `there is no backup "${wanted}" ${where}`, {
    hint: `The newest is ${newest.id}; "pgstow backup list" shows them all.`,
  });
}
