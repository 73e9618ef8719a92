import { PgstowError } from "../../core/errors.ts";
import type { LargeObjectPiece } from "../archive.ts";
import { byteaLiteral } from "../plain/large-object-text.ts";
import { asBuffer } from "./skippable.ts";

/**
 * One statement of a large object's data: it needs no open descriptor, so no transaction around it, and may run alone or under
 * `psql -1`. An empty object has one statement that writes nothing.
 */
export function largeObjectPut(line: LargeObjectPiece & { readonly offset: number }, standardConformingStrings: boolean): string {
  return `SELECT pg_catalog.lo_put('${line.oid}', ${line.offset}, ${byteaLiteral(line.bytes, standardConformingStrings)});\n`;
}

const STATEMENT = /^SELECT pg_catalog\.lo_put\('(\d{1,10})', (\d{1,15}), '\\{1,2}x([0-9a-f]*)'\);$/;

/** Reads those statements again: one piece per statement, `last` unknown. Throws a PgstowError `corrupt` for any other text. */
export function* parsePuts(text: Uint8Array): Generator<{ readonly oid: number; readonly offset: number; readonly bytes: Uint8Array }> {
  const lines = asBuffer(text).toString("latin1").split("\n");
  if (lines.pop() !== "") throw new PgstowError("corrupt", "a statement of large objects ends too early");
  for (const line of lines) {
    const [, oid, offset, hex = ""] = STATEMENT.exec(line) ?? [];
    if (oid === undefined || offset === undefined || hex.length % 2 !== 0) {
      throw new PgstowError("corrupt", `not a statement of large objects: ${line.slice(0, 60)}`);
    }
    yield { oid: Number(oid), offset: Number(offset), bytes: Buffer.from(hex, "hex") };
  }
}
