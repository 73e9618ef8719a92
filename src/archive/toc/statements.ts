import { PgstowError } from "../../core/errors.ts";
import { freeBytes } from "../../chunk/free.ts";
import type { DataTotals, StatementBatch } from "../archive.ts";

const LINE_FEED = 10;
const [QUOTE, DOUBLE_QUOTE, SEMICOLON, BACKSLASH] = [0x27, 0x22, 0x3b, 0x5c];
const BATCH_BYTES = 1 << 20;
/** No command that the server takes is longer. */
const STATEMENT_BYTES_MAX = 2 ** 30;
/** What pg_dump writes after the last statement. */
const END_OF_STATEMENTS = Buffer.from("\n\n");

/** The bytes of an entry with INSERT statements as pg_dump's formats store them; `onRows` is told what goes by. */
export async function* storedStatements(
  batches: AsyncIterable<StatementBatch>,
  onRows: (totals: DataTotals) => void,
): AsyncGenerator<Uint8Array> {
  for await (const batch of batches) {
    onRows({ rows: batch.rows, rawBytes: batch.bytes.length });
    if (batch.bytes.length > 0) yield batch.bytes;
    freeBytes(batch.bytes);
  }
  yield END_OF_STATEMENTS;
}

/**
 * The statements of such bytes again, cut where one ends. Throws a PgstowError `corrupt` when they do not end as they must, which means
 * that some are missing. Backslashes escape quotes only with standard_conforming_strings off.
 */
export async function* statementsOf(
  content: AsyncIterable<Uint8Array>,
  standardConformingStrings: boolean,
): AsyncGenerator<StatementBatch> {
  const scan = new StatementScan(standardConformingStrings);
  let pieces: Uint8Array[] = [];
  let pendingBytes = 0;
  let statements = 0;
  for await (const piece of content) {
    const { end, found } = scan.feed(piece);
    if (end < 0) pendingBytes += piece.length;
    if (pendingBytes > STATEMENT_BYTES_MAX) throw new PgstowError("corrupt", "a statement is longer than one can be");
    if (end < 0) {
      pieces.push(piece);
      continue;
    }
    statements += found;
    pieces.push(piece.subarray(0, end));
    const rest = piece.subarray(end);
    if (pendingBytes + end >= BATCH_BYTES) {
      yield batchOf(pieces, statements);
      [pieces, pendingBytes, statements] = [[], 0, 0];
    } else pendingBytes += end;
    pieces.push(rest);
    pendingBytes += rest.length;
  }
  const last = batchOf(pieces, statements);
  if (!scan.endsWell)
    throw new PgstowError("corrupt", "its INSERT statements do not end in the two empty lines that follow the last: rows are missing");
  const length = last.bytes.length - END_OF_STATEMENTS.length;
  if (length > 0) yield { bytes: last.bytes.slice(0, length), rows: last.rows };
}

/** Finds the ends of statements in text that comes in pieces. */
class StatementScan {
  readonly #escapes: boolean;
  #quote = 0;
  #escaped = false;
  /** A `;` was the last thing outside of quotes but for line feeds. */
  #ended = true;
  /** Line feeds since the last other byte. */
  #feeds = 1;

  constructor(standardConformingStrings: boolean) {
    this.#escapes = !standardConformingStrings;
  }

  /** Whether the text may end here: behind a whole statement and two empty lines. */
  get endsWell(): boolean {
    return this.#quote === 0 && this.#ended && this.#feeds >= 3;
  }

  /** Where the last statement of the piece ends, behind its line feed, or -1; and how many end in it. */
  feed(piece: Uint8Array): { readonly end: number; readonly found: number } {
    let end = -1;
    let found = 0;
    for (let at = 0; at < piece.length; at++) {
      const byte = piece[at] ?? 0;
      if (byte === LINE_FEED && this.#quote === 0) {
        this.#feeds++;
        if (this.#ended && this.#feeds === 1) {
          end = at + 1;
          found++;
        }
        continue;
      }
      this.#feeds = 0;
      this.#ended = false;
      this.#step(byte);
    }
    return { end, found };
  }

  #step(byte: number): void {
    if (this.#quote === 0) {
      if (byte === QUOTE || byte === DOUBLE_QUOTE) this.#quote = byte;
      else this.#ended = byte === SEMICOLON;
    } else if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH && this.#escapes && this.#quote === QUOTE) this.#escaped = true;
    else if (byte === this.#quote) this.#quote = 0;
  }
}

/** In a buffer of its own, because it may be moved to another thread. */
function batchOf(pieces: readonly Uint8Array[], statements: number): StatementBatch {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return { bytes, rows: statements };
}
