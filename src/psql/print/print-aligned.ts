import { cellLines } from "./cell-lines.ts";
import type { CellLine } from "./cell-lines.ts";
import { LINE_STYLES } from "./line-style.ts";
import type { LineStyle } from "./line-style.ts";
import type { PrintOptions } from "./print-options.ts";
import { rowCountFooter } from "./table.ts";
import type { Table } from "./table.ts";

/** The table with columns of equal width, as psql draws it; pieces of text in their order. */
export function* printAligned(table: Table, options: PrintOptions, isUnicode: boolean): Generator<string> {
  const header = table.columns.map(({ name }) => cellLines(name, isUnicode));
  const rows = table.rows.map((row) => row.map((value) => cellLines(value ?? options.nullText, isUnicode)));
  const widths = header.map((lines) => widest(lines));
  for (const row of rows) row.forEach((lines, column) => (widths[column] = Math.max(widths[column]!, widest(lines))));
  const drawing = new Drawing(table, widths, options);
  if (!options.tuplesOnly) {
    yield* drawing.title(table.title, isUnicode);
    if (options.border === 2) yield drawing.rule("top");
    yield* drawing.header(header);
    yield drawing.rule("middle");
  }
  if (table.columns.length > 0) for (const row of rows) yield* drawing.row(row);
  if (options.border === 2) yield drawing.rule("bottom");
  if (!options.tuplesOnly && options.footer) {
    for (const footer of table.footers ?? [rowCountFooter(table.rows.length)]) yield `${footer}\n`;
  }
  yield "\n";
}

function widest(lines: readonly CellLine[]): number {
  return lines.reduce((most, { width }) => Math.max(most, width), 0);
}

class Drawing {
  readonly #table: Table;
  readonly #widths: readonly number[];
  readonly #border: PrintOptions["border"];
  readonly #style: LineStyle;

  constructor(table: Table, widths: readonly number[], options: PrintOptions) {
    this.#table = table;
    this.#widths = widths;
    this.#border = options.border;
    this.#style = LINE_STYLES[options.lineStyle];
  }

  *title(title: string | undefined, isUnicode: boolean): Generator<string> {
    if (title === undefined) return;
    const width = widest(cellLines(title, isUnicode));
    const count = this.#widths.length;
    const between = [count, count * 3 - 1, count * 3 + 1][this.#border]!;
    const total = this.#widths.reduce((sum, column) => sum + column, 0) + between;
    yield `${" ".repeat(Math.max(0, Math.floor((total - width) / 2)))}${title}\n`;
  }

  rule(place: "top" | "middle" | "bottom"): string {
    const { horizontal } = this.#style;
    const [left, middle, right] = this.#style[place];
    const dashes = (count: number): string => horizontal.repeat(count);
    if (this.#border === 0) return `${this.#widths.map(dashes).join(" ")}\n`;
    const inner = `${horizontal}${this.#widths.map(dashes).join(horizontal + middle + horizontal)}${horizontal}`;
    return this.#border === 1 ? `${inner}\n` : `${left}${inner}${right}\n`;
  }

  /** Names of the columns, in the middle of their columns. */
  *header(cells: readonly (readonly CellLine[])[]): Generator<string> {
    const height = Math.max(0, ...cells.map((lines) => lines.length));
    for (let line = 0; line < height; line++) {
      const shown = cells.map((lines, column) => {
        const { text, width } = lines[line] ?? { text: "", width: 0 };
        const room = this.#widths[column]! - width;
        const goesOn = line + 1 < lines.length ? this.#style.goesOn : " ";
        return " ".repeat(Math.floor(room / 2)) + text + " ".repeat(Math.ceil(room / 2)) + goesOn;
      });
      yield this.#frame(shown);
    }
  }

  *row(cells: readonly (readonly CellLine[])[]): Generator<string> {
    const height = Math.max(1, ...cells.map((lines) => lines.length));
    for (let line = 0; line < height; line++) {
      const shown = cells.map((lines, column) => this.#cell(lines, line, column, column === cells.length - 1));
      yield this.#frame(shown);
    }
  }

  #cell(lines: readonly CellLine[], line: number, column: number, isLast: boolean): string {
    const { text, width } = lines[line] ?? { text: "", width: 0 };
    const goesOn = line + 1 < lines.length;
    const spaces = " ".repeat(this.#widths[column]! - width);
    const toTheEnd = this.#border === 2 || !isLast;
    const right = this.#table.columns[column]!.right && line < lines.length;
    const padded = right ? spaces + text : toTheEnd || goesOn ? text + spaces : text;
    if (goesOn) return padded + this.#style.goesOn;
    return toTheEnd ? `${padded} ` : padded;
  }

  #frame(cells: readonly string[]): string {
    const { vertical } = this.#style;
    if (this.#border === 0) return `${cells.join("")}\n`;
    const inner = cells.map((cell) => ` ${cell}`).join(vertical);
    return this.#border === 1 ? `${inner}\n` : `${vertical}${inner}${vertical}\n`;
  }
}
