import { PgstowError } from "../../core/errors.ts";
import type { RandomAccess } from "../archive.ts";
import { foreignFile } from "./foreign.ts";
import { encodeHeadFrame, HEAD_FRAME_BYTES } from "./head-frame.ts";
import { INDEX_MAGIC, SEEK_TABLE_MAGIC } from "./skippable.ts";
import { walkFrames } from "./zstd-walk.ts";
import type { Walk } from "./zstd-walk.ts";

/** Why a file without a seek table cannot be read: foreign, unfinished (and how far its whole frames reach) or damaged. */
export async function explainUnreadable(source: RandomAccess, head: Uint8Array, known: boolean): Promise<PgstowError> {
  if (!known && !isCutHead(head)) return foreignFile(source.name, head);
  const walk = await walkFrames(source);
  const hint = "what stands before that place can be read with: zstd -dc ARCHIVE";
  const context = { file: source.name, offset: walk.stoppedAt };
  return new PgstowError("corrupt", `"${source.name}" ${howItEnds(walk, source.size)}`, {
    context,
    ...(walk.textFrames > 0 ? { hint } : {}),
  });
}

function howItEnds(walk: Walk, size: number): string {
  const whole = `${walk.frames} whole ${walk.frames === 1 ? "frame" : "frames"} before that`;
  if (walk.reason === "no-frame") return `is damaged: no frame starts at byte ${walk.stoppedAt} of ${size}; ${whole}`;
  if (walk.last?.magic === INDEX_MAGIC) return `is cut off in its seek table, at byte ${size}; ${whole}`;
  if (walk.last?.magic === SEEK_TABLE_MAGIC) {
    return walk.stoppedAt === size
      ? `is damaged: the seek table, at byte ${walk.last.offset}, is not as it must be`
      : `is damaged: ${size - walk.stoppedAt} bytes follow its seek table`;
  }
  const place = walk.reason === "end" ? `after frame ${walk.frames - 1}` : `within frame ${walk.frames}`;
  return `is unfinished: it stops ${place}, at byte ${size}, and has no index; ${whole}`;
}

/** A file so short that it has not even a whole head. */
function isCutHead(head: Uint8Array): boolean {
  return head.length > 0 && head.length < HEAD_FRAME_BYTES && encodeHeadFrame().subarray(0, head.length).equals(head);
}
