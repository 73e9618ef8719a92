import { PgstowError } from "../../core/errors.ts";
import { asBuffer, HEAD_MAGIC, SKIPPABLE_HEADER_BYTES, skippableHeader } from "./skippable.ts";

export const FORMAT_VERSION = 1;

const NAME = "PGSTOW";
const CONTENT_BYTES = 12;

export const HEAD_FRAME_BYTES = SKIPPABLE_HEADER_BYTES + CONTENT_BYTES;

/** The first frame: `PGSTOW`, the format version (u16), flags (u32, all reserved and zero). Version 1 has one possible head. */
export function encodeHeadFrame(): Buffer {
  const content = Buffer.alloc(CONTENT_BYTES);
  content.write(NAME, 0, "latin1");
  content.writeUInt16LE(FORMAT_VERSION, 6);
  return Buffer.concat([skippableHeader(HEAD_MAGIC, CONTENT_BYTES), content]);
}

/** Whether the bytes could be the start of a stow archive of any version: the skippable header and the name are right. */
export function looksLikeHead(bytes: Uint8Array): boolean {
  const head = encodeHeadFrame();
  return asBuffer(bytes).subarray(0, 14).equals(head.subarray(0, 14));
}

/** What is wrong with a head that says PGSTOW; undefined for nothing. */
export function headProblem(bytes: Uint8Array, name: string): PgstowError | undefined {
  const head = asBuffer(bytes);
  const version = head.readUInt16LE(14);
  if (version > FORMAT_VERSION) {
    return new PgstowError(
      "not-an-archive",
      `"${name}" is a pgstow archive of format version ${version}; this pgstow reads version ${FORMAT_VERSION}`,
      {
        hint: "use a newer pgstow, or restore it with: zstd -dc ARCHIVE | psql -1",
      },
    );
  }
  if (version !== FORMAT_VERSION) return new PgstowError("corrupt", `"${name}" is damaged: its head says format version ${version}`);
  const flags = head.readUInt32LE(16);
  if (flags !== 0) {
    return new PgstowError("not-an-archive", `"${name}" uses features that this pgstow does not know (flags 0x${flags.toString(16)})`, {
      hint: "use a newer pgstow, or restore it with: zstd -dc ARCHIVE | psql -1",
    });
  }
  return undefined;
}
