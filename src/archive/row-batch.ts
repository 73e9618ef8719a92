import { PgstowError } from "../core/errors.ts";
import type { RowBatch } from "./archive.ts";

const LINE_FEED = 10;

/** Rows that are whole, and bytes that are still there: a buffer that has been given away looks empty. */
export function checkBatch(batch: RowBatch): void {
  const { bytes, rows } = batch;
  if (bytes.length === 0 ? rows !== 0 : bytes[bytes.length - 1] !== LINE_FEED) {
    throw new PgstowError("internal", `a batch of ${rows} rows has ${bytes.length} bytes and does not end where a row ends`);
  }
}
