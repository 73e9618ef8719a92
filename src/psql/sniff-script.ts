import { methodOf } from "./open-script.ts";

/** Bytes that `looksLikeScript` wants to see, or all there are. */
export const SNIFF_BYTES = 4096;

const STOW_MAGIC_FIRST = 0x184d2a50;
const TAR_MARK_AT = 257;

/** Whether a file that begins so is a plain script, perhaps compressed, and no archive in another format. */
export function looksLikeScript(start: Buffer): boolean {
  if (start.length === 0) return false;
  // Stow archives are zstd too, and begin with a frame that zstd skips.
  if (start.length >= 4 && start.readUInt32LE() >>> 4 === STOW_MAGIC_FIRST >>> 4) return false;
  if (methodOf(start) !== "none") return true;
  if (start.toString("latin1", 0, 5) === "PGDMP") return false;
  if (start.toString("latin1", TAR_MARK_AT, TAR_MARK_AT + 5) === "ustar") return false;
  return !start.includes(0);
}
