import { createHash } from "node:crypto";

import { PgstowError } from "../../core/errors.ts";
import type { ArchiveReader, RandomAccess } from "../archive.ts";
import { readEnd } from "./end.ts";
import type { ArchiveEnd } from "./end.ts";
import { FOREIGN_HEAD_BYTES } from "./foreign.ts";
import { HEAD_FRAME_BYTES, headProblem, looksLikeHead } from "./head-frame.ts";
import { StowReader } from "./reader.ts";
import { explainUnreadable } from "./unreadable.ts";

/**
 * Opens a stow archive: finds the seek table at its end, the index before it, and checks both. Throws a PgstowError
 * `not-an-archive` for a foreign file or a newer format, `corrupt` for a damaged or unfinished one.
 */
export async function openStow(source: RandomAccess): Promise<ArchiveReader> {
  const head = await source.read(0, Math.min(FOREIGN_HEAD_BYTES, source.size));
  const known = head.length >= HEAD_FRAME_BYTES && looksLikeHead(head);
  const problem = known ? headProblem(head, source.name) : undefined;
  let end: ArchiveEnd | undefined;
  try {
    end = await readEnd(source);
  } catch (error) {
    if (known) throw problem ?? inFile(source.name, error);
  }
  if (end === undefined) throw problem ?? (await explainUnreadable(source, head, known));
  // With a whole index at the end, a head that differs from what the index says is a damaged one, not a foreign or newer file.
  const sha256 = createHash("sha256").update(head.subarray(0, HEAD_FRAME_BYTES)).digest();
  if (!sha256.equals(end.index.frames.at(0).sha256)) throw inFile(source.name, new PgstowError("corrupt", "frame 0, the head, at byte 0"));
  if (problem !== undefined) throw problem;
  return new StowReader(source, end);
}

function inFile(name: string, error: unknown): unknown {
  if (!(error instanceof PgstowError) || error.code !== "corrupt") return error;
  return new PgstowError("corrupt", `"${name}" is damaged: ${error.message}`, { cause: error, context: { ...error.context, file: name } });
}
