import { PgstowError } from "../../core/errors.ts";
import { describeEntry } from "../entry.ts";
import type { Entry } from "../entry.ts";
import type { FrameRecord } from "./frame-table.ts";

/** `frame 12 (chunk 3 of TABLE DATA public.orders) at byte 123456`, for messages. */
export function frameFrom(number: number, frame: FrameRecord, entries: readonly Entry[]): string {
  const entry = entries.find((candidate) => candidate.dumpId === frame.entry);
  const name = entry === undefined ? "" : describeEntry(entry);
  return `frame ${number} (${holding(frame, name)}) at byte ${frame.offset}`;
}

function holding(frame: FrameRecord, entry: string): string {
  switch (frame.kind) {
    case "head":
      return "the head";
    case "sql":
      return entry === "" ? "script" : `script from ${entry} on`;
    case "rows":
    case "statements":
    case "large-objects":
      return `chunk ${frame.ordinal + 1} of ${entry}`;
  }
}

export function damagedFrame(
  name: string,
  number: number,
  frame: FrameRecord,
  entries: readonly Entry[],
  problem: string,
  cause?: unknown,
): PgstowError {
  const entry = entries.find((candidate) => candidate.dumpId === frame.entry);
  return new PgstowError("corrupt", `"${name}" is damaged: ${frameFrom(number, frame, entries)}: ${problem}`, {
    ...(cause === undefined ? {} : { cause }),
    context: { file: name, offset: frame.offset, ...(entry === undefined ? {} : { entry: describeEntry(entry) }) },
  });
}
