import { cellLines } from "./cell-lines.ts";
import type { CellLine } from "./cell-lines.ts";
import { LINE_STYLES } from "./line-style.ts";
import type { LineStyle } from "./line-style.ts";
import type { PrintOptions } from "./print-options.ts";
import { rowCountFooter } from "./table.ts";
import type { Table } from "./table.ts";

/** One line for each value, a heading for each row. */
export function* printExpanded(table: Table, options: PrintOptions, isUnicode: boolean): Generator<string> {
  if (!options.tuplesOnly && table.title !== undefined) yield `${table.title}\n`;
  if (table.rows.length === 0 || table.columns.length === 0) {
    if (!options.tuplesOnly && options.footer) yield `${(table.footers ?? [rowCountFooter(table.rows.length)]).join("\n")}\n`;
    yield "\n";
    return;
  }
  const header = table.columns.map(({ name }) => cellLines(name, isUnicode));
  const rows = table.rows.map((row) => row.map((value) => cellLines(value ?? options.nullText, isUnicode)));
  const drawing = new RecordDrawing(header, rows, options);
  for (const [index, row] of rows.entries()) {
    yield drawing.heading(index);
    for (const [column, lines] of row.entries()) yield* drawing.lines(header[column]!, lines);
  }
  if (options.border === 2) yield drawing.end();
  if (!options.tuplesOnly && options.footer && table.footers !== undefined) yield `${table.footers.join("\n")}\n`;
  yield "\n";
}

function widest(cells: readonly (readonly CellLine[])[]): number {
  let most = 0;
  for (const lines of cells) for (const { width } of lines) most = Math.max(most, width);
  return most;
}

class RecordDrawing {
  readonly #border: PrintOptions["border"];
  readonly #tuplesOnly: boolean;
  readonly #style: LineStyle;
  readonly #nameWidth: number;
  readonly #valueWidth: number;
  readonly #namesGoOn: boolean;

  constructor(header: readonly CellLine[][], rows: readonly (readonly CellLine[][])[], options: PrintOptions) {
    this.#border = options.border;
    this.#tuplesOnly = options.tuplesOnly;
    this.#style = LINE_STYLES[options.lineStyle];
    this.#nameWidth = widest(header);
    this.#valueWidth = rows.reduce((most, row) => Math.max(most, widest(row)), 0);
    this.#namesGoOn = header.some((lines) => lines.length > 1);
  }

  /** What stands above a row: its number in a rule. Without numbers, only what parts it from the row before. */
  heading(index: number): string {
    const ends = this.#style[index === 0 ? "top" : "middle"];
    if (!this.#tuplesOnly) return this.#rule(ends, String(index + 1));
    return index === 0 && this.#border !== 2 ? "" : this.#rule(ends, undefined);
  }

  end(): string {
    return this.#rule(this.#style.bottom, undefined);
  }

  #rule([left, middle, right]: readonly [string, string, string], row: string | undefined): string {
    const { horizontal } = this.#style;
    if (this.#border === 0)
      return `${over(" ".repeat(this.#nameWidth + this.#valueWidth), 0, row === undefined ? "" : `* Record ${row}`)}\n`;
    const title = row === undefined ? "" : `[ RECORD ${row} ]`;
    const plain = `${horizontal.repeat(this.#nameWidth + 1)}${middle}${horizontal.repeat(this.#valueWidth + 1)}`;
    if (this.#border === 1) return `${over(plain, 1, title)}\n`;
    return `${over(`${left}${horizontal}${plain}`, 2, title)}${horizontal}${right}\n`;
  }

  *lines(name: readonly CellLine[], value: readonly CellLine[]): Generator<string> {
    const height = Math.max(name.length, value.length);
    for (let line = 0; line < height; line++) yield `${this.#name(name, line)}${this.#value(value, line)}\n`;
  }

  #name(lines: readonly CellLine[], at: number): string {
    const { vertical, goesOn } = this.#style;
    const { text, width } = lines[at] ?? { text: "", width: 0 };
    const mark = at + 1 < lines.length ? goesOn : " ";
    const padded = text + " ".repeat(this.#nameWidth - width);
    if (this.#border === 0) return this.#namesGoOn ? padded + mark : padded;
    return `${this.#border === 2 ? `${vertical} ` : ""}${padded}${mark}${vertical}`;
  }

  #value(lines: readonly CellLine[], at: number): string {
    const { vertical, goesOn } = this.#style;
    const found = lines[at];
    const room = " ".repeat(this.#valueWidth - (found?.width ?? 0));
    const mark = at + 1 < lines.length ? goesOn : "";
    if (this.#border === 2) return ` ${found?.text ?? ""}${room}${mark === "" ? " " : mark}${vertical}`;
    if (found === undefined) return "";
    return ` ${found.text}${mark === "" ? "" : room + mark}`;
  }
}

/** Writes `text` over the line; it may be longer. */
function over(line: string, at: number, text: string): string {
  return line.slice(0, at) + text + line.slice(at + text.length);
}
