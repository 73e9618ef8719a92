import { PgstowError } from "../../core/errors.ts";
import type { RandomAccess } from "../archive.ts";
import { HEAD_FRAME_BYTES } from "./head-frame.ts";
import { decodeIndexFrame } from "./index-frame.ts";
import type { ArchiveIndex } from "./index-frame.ts";
import { encodeSeekTable, SEEK_TABLE_FOOTER_BYTES, seekTableBytes, seekTableSizes } from "./seek-table.ts";
import type { SeekRow } from "./seek-table.ts";
import { asBuffer } from "./skippable.ts";

/** What stands at the end of a finished archive. */
export interface ArchiveEnd {
  readonly index: ArchiveIndex;
  readonly fingerprint: string;
  readonly indexOffset: number;
  readonly indexBytes: number;
}

/** Finds the index by the seek table and checks both; undefined when the file does not end in a seek table. */
export async function readEnd(source: RandomAccess): Promise<ArchiveEnd | undefined> {
  if (source.size < HEAD_FRAME_BYTES + SEEK_TABLE_FOOTER_BYTES) return undefined;
  const tableBytes = seekTableBytes(asBuffer(await source.read(source.size - SEEK_TABLE_FOOTER_BYTES, SEEK_TABLE_FOOTER_BYTES)));
  if (tableBytes === undefined || tableBytes > source.size) return undefined;
  const tableOffset = source.size - tableBytes;
  const table = asBuffer(await source.read(tableOffset, tableBytes));
  const sizes = seekTableSizes(table);
  const indexBytes = sizes?.at(-1);
  if (sizes === undefined || indexBytes === undefined || sizes.reduce((sum, size) => sum + size, 0) !== tableOffset) {
    throw new PgstowError("corrupt", `the seek table, at byte ${tableOffset}, is damaged`);
  }
  const indexOffset = tableOffset - indexBytes;
  const { index, fingerprint } = decodeIndexFrame(await source.read(indexOffset, indexBytes), indexOffset);
  const end = { index, fingerprint, indexOffset, indexBytes };
  if (!seekTableOf(end).equals(table))
    throw new PgstowError("corrupt", `the seek table, at byte ${tableOffset}, does not agree with the index`);
  return end;
}

/** The seek table that must follow the index. */
export function seekTableOf(end: ArchiveEnd): Buffer {
  return encodeSeekTable(seekRows(end), end.index.frames.count + 1);
}

function* seekRows(end: ArchiveEnd): Generator<SeekRow> {
  yield* end.index.frames;
  yield { storedBytes: end.indexBytes, rawBytes: 0 };
}
