import { freeBytes } from "../chunk/free.ts";
import type { RowBatch, StatementBatch } from "../archive/archive.ts";
import type { CharacterBytes } from "../core/text-bytes.ts";

/** How the text of a column's values is written in an INSERT statement. A generated column has none: it is DEFAULT. */
export type LiteralForm = "number" | "boolean" | "bits" | "string" | "default";

/** The text around the values of a table's INSERT statements, as bytes of the archive's encoding. */
export interface InsertForm {
  /** `INSERT INTO public.t (a, b) VALUES`, or `INSERT INTO public.t DEFAULT VALUES` for a table without any column to name. */
  readonly head: Uint8Array;
  /** One for each column that is named or implied; null for DEFAULT VALUES, whose statements have one row and no end of their own. */
  readonly columns: readonly LiteralForm[] | null;
  /** `;`, or ` ON CONFLICT DO NOTHING;`, with its line feed. */
  readonly end: Uint8Array;
  /** Rows of one statement, at least 1. */
  readonly rowsPerStatement: number;
  readonly standardConformingStrings: boolean;
  /** Length of the character that starts with these bytes, in encodings whose characters may hold a backslash; null for all others. */
  readonly characterBytes: CharacterBytes | null;
}

const BATCH_BYTES = 1 << 20;
const [TAB, LINE_FEED, QUOTE, BACKSLASH, LETTER_N, LETTER_T] = [0x09, 0x0a, 0x27, 0x5c, 0x4e, 0x74];
const NULL = Buffer.from("NULL");
const DEFAULT = Buffer.from("DEFAULT");
const TRUE = Buffer.from("true");
const FALSE = Buffer.from("false");
/** Between the rows of a statement, and before the first of several. */
const NEXT_ROW = Buffer.from(",\n\t");
const FIRST_ROW = Buffer.from("\n\t");
const DEFAULT_VALUES_END = Buffer.from(";\n");

/** What stands behind a backslash in COPY text -> the byte that is meant. */
const ESCAPED = new Map(Array.from("bfnrtv", (letter, at) => [letter.charCodeAt(0), "\b\f\n\r\t\v".charCodeAt(at)]));
const NUMERIC_BYTES = new Set(Buffer.from("0123456789 +-eE."));

/** Turns rows in COPY text format into INSERT statements, a batch at a time; takes the rows' buffers. */
export async function* rowsAsInserts(batches: AsyncIterable<RowBatch>, form: InsertForm): AsyncGenerator<StatementBatch> {
  const text = new InsertText(form);
  for await (const batch of batches) {
    text.addRows(batch.bytes);
    freeBytes(batch.bytes);
    if (text.wholeBytes >= BATCH_BYTES) yield text.take();
  }
  text.endStatement();
  if (text.wholeBytes > 0) yield text.take();
}

/** Statements as they grow. */
class InsertText {
  readonly #form: InsertForm;
  #out = Buffer.allocUnsafeSlow(2 * BATCH_BYTES);
  #length = 0;
  /** End of the last whole statement, and the rows before it. */
  #whole = 0;
  #rows = 0;
  #rowsOpen = 0;

  constructor(form: InsertForm) {
    this.#form = form;
  }

  get wholeBytes(): number {
    return this.#whole;
  }

  /** The whole statements, in a buffer of their own; an open one stays. */
  take(): StatementBatch {
    const bytes = new Uint8Array(this.#whole);
    bytes.set(this.#out.subarray(0, this.#whole));
    this.#out.copyWithin(0, this.#whole, this.#length);
    this.#length -= this.#whole;
    this.#whole = 0;
    const rows = this.#rows;
    this.#rows = 0;
    return { bytes, rows };
  }

  addRows(rows: Uint8Array): void {
    for (let at = 0; at < rows.length;) at = this.#addRow(rows, at);
  }

  endStatement(): void {
    if (this.#rowsOpen === 0) return;
    this.#put(this.#form.columns === null ? DEFAULT_VALUES_END : this.#form.end);
    this.#rows += this.#rowsOpen;
    this.#rowsOpen = 0;
    this.#whole = this.#length;
  }

  /** Gives where the next row starts. */
  #addRow(rows: Uint8Array, start: number): number {
    const { columns, head, rowsPerStatement } = this.#form;
    if (this.#rowsOpen === 0) {
      this.#put(head);
      if (columns !== null && rowsPerStatement > 1) this.#put(FIRST_ROW);
      else if (columns !== null) this.#byte(0x20);
    } else this.#put(NEXT_ROW);
    this.#rowsOpen++;
    if (columns === null) {
      this.endStatement();
      return start + 1;
    }
    let at = start;
    columns.forEach((column, index) => {
      if (index === 0) this.#byte(0x28);
      else this.#put(COMMA);
      if (column === "default") this.#put(DEFAULT);
      else at = this.#addValue(rows, at, column);
    });
    this.#byte(0x29);
    if (this.#rowsOpen === rowsPerStatement) this.endStatement();
    // A row without any value is an empty line; otherwise the last value took the line feed.
    return at === start ? start + 1 : at;
  }

  /** Gives where the next value starts, behind a tab or line feed. */
  #addValue(rows: Uint8Array, start: number, form: LiteralForm): number {
    let end = start;
    let isPlain = true;
    for (let byte = rows[end]; byte !== TAB && byte !== LINE_FEED && byte !== undefined; byte = rows[++end]) {
      if (byte === BACKSLASH || byte === QUOTE) isPlain = false;
    }
    if (end - start === 2 && rows[start] === BACKSLASH && rows[start + 1] === LETTER_N) this.#put(NULL);
    else if (form === "boolean") this.#put(rows[start] === LETTER_T ? TRUE : FALSE);
    else if (form === "number" && isNumeric(rows, start, end)) this.#put(rows.subarray(start, end));
    else {
      if (form === "bits") this.#byte(0x42);
      this.#byte(QUOTE);
      if (isPlain) this.#put(rows.subarray(start, end));
      else this.#putQuoted(rows, start, end);
      this.#byte(QUOTE);
    }
    return end + 1;
  }

  /** Undoes the escapes of COPY and doubles what a string constant wants doubled. */
  #putQuoted(rows: Uint8Array, start: number, end: number): void {
    const { standardConformingStrings, characterBytes } = this.#form;
    this.#reserve(2 * (end - start));
    for (let at = start; at < end; at++) {
      let byte = rows[at] ?? 0;
      if (byte >= 0x80 && characterBytes !== null) {
        const next = Math.min(end, at + characterBytes(byte, rows[at + 1] ?? 0));
        for (; at < next - 1; at++) this.#out[this.#length++] = rows[at] ?? 0;
        this.#out[this.#length++] = rows[at] ?? 0;
        continue;
      }
      if (byte === BACKSLASH) {
        const letter = rows[++at] ?? 0;
        byte = ESCAPED.get(letter) ?? letter;
      }
      if (byte === QUOTE || (byte === BACKSLASH && !standardConformingStrings)) this.#out[this.#length++] = byte;
      this.#out[this.#length++] = byte;
    }
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#out[this.#length++] = byte;
  }

  #put(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#out.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#out.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#out.length * 2, this.#length + bytes));
    this.#out.copy(larger, 0, 0, this.#length);
    this.#out = larger;
  }
}

const COMMA = Buffer.from(", ");

/** `NaN` and `Infinity` are no numbers to the parser. */
function isNumeric(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (!NUMERIC_BYTES.has(bytes[at] ?? 0)) return false;
  return true;
}
