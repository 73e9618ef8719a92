import { PgstowError } from "../../core/errors.ts";
import { asBuffer, isSkippable, ZSTD_MAGIC } from "./skippable.ts";

/** Bytes from the start of a file that `foreignFile` wants to see. */
export const FOREIGN_HEAD_BYTES = 512;

const READ_BY_PG_RESTORE = "read it with pg_restore";

/** Why a file that does not start like a stow archive is none, and what it looks like. */
export function foreignFile(name: string, head: Uint8Array): PgstowError {
  const bytes = asBuffer(head);
  if (bytes.length === 0) return new PgstowError("not-an-archive", `"${name}" is empty`, { context: { file: name } });
  const [what, hint] = likeness(bytes);
  const found = what === undefined ? `it starts with ${excerpt(bytes)}` : `it looks like ${what}`;
  return new PgstowError("not-an-archive", `"${name}" is not a pgstow archive: ${found}`, {
    context: { file: name },
    ...(hint === undefined ? {} : { hint }),
  });
}

function likeness(bytes: Buffer): [what?: string, hint?: string] {
  if (bytes.subarray(0, 5).toString("latin1") === "PGDMP") return ["a pg_dump custom archive", READ_BY_PG_RESTORE];
  if (bytes.subarray(257, 262).toString("latin1") === "ustar") return ["a tar archive", "if pg_dump made it, read it with pg_restore"];
  if (bytes.length >= 2 && bytes.readUInt16BE(0) === 0x1f8b) return ["a gzip file"];
  if (bytes.subarray(0, 6).toString("hex") === "fd377a585a00") return ["an xz file"];
  const magic = bytes.length >= 4 ? bytes.readUInt32LE(0) : 0;
  if (magic === ZSTD_MAGIC || isSkippable(magic))
    return ["a zstd file that pgstow did not write", "if it holds a plain SQL script, restore it with: pgstow restore -d DBNAME FILE"];
  const text = bytes.toString("latin1").trimStart();
  if (/^(--|\\|SET |CREATE |SELECT |BEGIN|COPY |\/\*)/i.test(text))
    return ["a plain SQL script", "restore it with: pgstow restore -d DBNAME FILE"];
  return [];
}

function excerpt(bytes: Buffer): string {
  const start = bytes.subarray(0, 16);
  const printable = start.every((byte) => byte >= 0x20 && byte < 0x7f);
  return printable ? JSON.stringify(start.toString("latin1")) : `bytes ${start.toString("hex")}`;
}
