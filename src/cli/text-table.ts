export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  /** Align to the right, for numbers. */
  readonly right?: boolean;
}

/** Columns as wide as their widest cell, two blanks between them, a line feed after each line. Control characters become blanks. */
export function renderTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const lines = [columns.map((column) => column.title), ...rows.map((row) => columns.map((column) => printable(column.cell(row))))];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => (line[index] ?? "").length)));
  const render = (line: readonly string[]) =>
    line
      .map((cell, index) => (columns[index]?.right ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0)))
      .join("  ")
      .trimEnd();
  return lines.map((line) => `${render(line)}\n`).join("");
}

function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, " ");
}
