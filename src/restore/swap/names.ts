import { createHash } from "node:crypto";

/** Longest name that a server keeps whole, in bytes of UTF8. */
const NAME_BYTES_MAX = 63;
const STAGING = /_restoring_([0-9a-f]{8})$/;
const KEPT = /_before_(\d{8}T\d{6}Z)$/;

/** Name of the database that a swap restores into: `shop_restoring_1a2b3c4d`. `id` is eight hexadecimal digits. */
export function stagingName(target: string, id: string): string {
  return suffixed(target, `_restoring_${id}`);
}

/** Name under which a swap keeps the old database: `shop_before_20260131T120000Z`. */
export function keptName(target: string, now: Date): string {
  return suffixed(target, `_before_${now.toISOString().replaceAll(/[-:]|\.\d+/g, "")}`);
}

/** Whether `name` is what `stagingName` makes of the target. */
export function isStagingOf(target: string, name: string): boolean {
  const id = STAGING.exec(name)?.[1];
  return id !== undefined && stagingName(target, id) === name;
}

/** Whether `name` is what `keptName` makes of the target. */
export function isKeptOf(target: string, name: string): boolean {
  const stamp = KEPT.exec(name)?.[1];
  return stamp !== undefined && suffixed(target, `_before_${stamp}`) === name;
}

/** A name that is cut carries a digest of the whole: names that begin alike must not be taken for each other. */
function suffixed(name: string, suffix: string): string {
  if (Buffer.byteLength(name + suffix) <= NAME_BYTES_MAX) return name + suffix;
  const digest = createHash("sha256").update(name).digest("hex").slice(0, 6);
  const tail = `_${digest}${suffix}`;
  let kept = "";
  for (const character of name) {
    if (Buffer.byteLength(kept + character + tail) > NAME_BYTES_MAX) break;
    kept += character;
  }
  return kept + tail;
}
