import { PgstowError } from "../core/errors.ts";
import { describeStatement } from "../postgres/server-errors.ts";

/** Costs the server next to nothing, and no archive has it: its command tag tells that a part has been done. */
export const PART_DONE = "DEALLOCATE ALL";

/** A part that the server refused; nothing after it was run. */
export interface RefusedPart {
  readonly index: number;
  readonly error: unknown;
}

/** Joins parts (one or more statements each) into one script, in which each part that is done gives the tag PART_DONE. */
export function joinParts(parts: readonly string[]): string {
  return parts.map(markedPart).join("");
}

/** On a line of its own, in case that the part ends in a comment. */
function markedPart(part: string): string {
  return `${part}\n;${PART_DONE};\n`;
}

/**
 * Finds which part an error is about, and makes its position and statement those of the part. The server parses a script as a whole
 * before it runs any of it: an error before the first part is done may be about any part, and then says its position.
 */
export function findRefusedPart(parts: readonly string[], partsDone: number, error: unknown): RefusedPart {
  if (!(error instanceof PgstowError)) return { index: partsDone, error };
  const { position } = error.context;
  let index = partsDone;
  let start = 0;
  const lengthOf = (at: number) => [...markedPart(parts[at] ?? "")].length;
  if (partsDone === 0 && position !== undefined) {
    for (index = 0; index < parts.length - 1 && start + lengthOf(index) < position; index++) start += lengthOf(index);
  } else {
    for (let at = 0; at < index; at++) start += lengthOf(at);
  }
  const context = {
    ...error.context,
    ...(error.context.statement === undefined ? {} : { statement: describeStatement(parts[index] ?? "") }),
    ...(position === undefined ? {} : { position: position - start }),
  };
  const { code, message, cause, hint } = error;
  return { index, error: new PgstowError(code, message, { cause, context, ...(hint === undefined ? {} : { hint }) }) };
}
