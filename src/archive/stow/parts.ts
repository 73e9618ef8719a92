import type { EntryPart } from "../archive.ts";
import type { FrameRecord } from "./frame-table.ts";

/** Cuts the chunks of an entry, which are in the order of its rows, into at most so many parts of about the same number of bytes. */
export function partsOf(chunks: readonly Pick<FrameRecord, "rows" | "dataBytes">[], count: number): EntryPart[] {
  const total = chunks.reduce((sum, { dataBytes }) => sum + dataBytes, 0);
  const parts: EntryPart[] = [];
  let [bytes, rowsBefore, at] = [0, 0, 0];
  while (at < chunks.length) {
    const number = parts.length;
    const chunksBefore = at;
    let [rows, rawBytes] = [0, 0];
    // Each part ends where its share of the whole is reached; the last one takes what is left.
    while (at < chunks.length && (at === chunksBefore || number === count - 1 || bytes < (total * (number + 1)) / count)) {
      const chunk = chunks[at++];
      rows += chunk?.rows ?? 0;
      rawBytes += chunk?.dataBytes ?? 0;
      bytes += chunk?.dataBytes ?? 0;
    }
    parts.push({ number, rows, rawBytes, rowsBefore, chunks: at - chunksBefore, chunksBefore });
    rowsBefore += rows;
  }
  return parts;
}
