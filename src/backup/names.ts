import { randomBytes } from "node:crypto";

/** What every backup's file name ends in. */
export const BACKUP_SUFFIX = ".sql.zst";

const ID = /(\d{8}T\d{6}Z-[0-9a-f]{6})$/;

/** An id that sorts by time and meets no other: `20261122T140501Z-ab12cd`. */
export function newBackupId(at: Date): string {
  const seconds = at
    .toISOString()
    .replaceAll(/[-:]/g, "")
    .replace(/\.\d+Z$/, "Z");
  return `${seconds}-${randomBytes(3).toString("hex")}`;
}

/** The moment that an id names; undefined for what is no id. */
export function timeOfId(id: string): Date | undefined {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-/.exec(id) ?? [];
  if (second === undefined) return undefined;
  const time = new Date(`${year ?? ""}-${month ?? ""}-${day ?? ""}T${hour ?? ""}:${minute ?? ""}:${second}Z`);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/** `staging/shop-20261122T140501Z-ab12cd.sql.zst`. What does not belong into a file's name becomes an underscore. */
export function backupFileName(remote: string, database: string, id: string): string {
  return `${remote}/${safeName(database)}-${id}${BACKUP_SUFFIX}`;
}

export function safeName(text: string): string {
  const safe = text
    .replaceAll(/[^A-Za-z0-9_.-]/g, "_")
    .replace(/^[.-]+/, "_")
    .slice(0, 100);
  return safe === "" ? "_" : safe;
}

/** The id that a file name ends with; the name itself, without its suffix, when it was not given by us. */
export function idOfFileName(name: string): string {
  const base = baseName(name).replace(new RegExp(`${BACKUP_SUFFIX.replaceAll(".", "\\.")}$`), "");
  return ID.exec(base)?.[1] ?? base;
}

export function baseName(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}
