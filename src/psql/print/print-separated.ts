import type { PrintOptions } from "./print-options.ts";
import { rowCountFooter } from "./table.ts";
import type { Table } from "./table.ts";

/** Values as they are, between separators. */
export function* printUnaligned(table: Table, options: PrintOptions): Generator<string> {
  const field = options.fieldSeparatorZero ? "\0" : options.fieldSeparator;
  const record = options.recordSeparatorZero ? "\0" : options.recordSeparator;
  const records = options.expanded === "on" ? expandedRecords(table, options, field, record) : plainRecords(table, options, field);
  let written = false;
  for (const text of records) {
    yield written ? record + text : text;
    written = true;
  }
  // The last one ends in a line feed whatever separates them.
  if (written) yield options.recordSeparatorZero ? "\0" : "\n";
}

function* plainRecords(table: Table, options: PrintOptions, field: string): Generator<string> {
  if (!options.tuplesOnly) {
    if (table.title !== undefined) yield table.title;
    yield table.columns.map(({ name }) => name).join(field);
  }
  for (const row of table.rows) yield row.map((value) => value ?? options.nullText).join(field);
  if (!options.tuplesOnly && options.footer) yield* table.footers ?? [rowCountFooter(table.rows.length)];
}

function* expandedRecords(table: Table, options: PrintOptions, field: string, record: string): Generator<string> {
  if (!options.tuplesOnly && table.title !== undefined) yield table.title;
  for (const [index, row] of table.rows.entries()) {
    const lines = row.map((value, column) => `${table.columns[column]!.name}${field}${value ?? options.nullText}`);
    // An empty record stands between the rows.
    yield (index === 0 ? "" : record) + lines.join(record);
  }
  if (options.tuplesOnly || !options.footer) return;
  const footers = table.footers ?? (table.rows.length === 0 ? [rowCountFooter(0)] : []);
  if (footers.length > 0) yield (table.rows.length > 0 ? record : "") + footers.join(record);
}

/** Values separated and quoted as in RFC 4180, but for line ends. */
export function* printCsv(table: Table, options: PrintOptions): Generator<string> {
  const separator = options.csvSeparator;
  const quote = (value: string): string => quoteCsv(value, separator);
  if (options.expanded === "on") {
    for (const row of table.rows) {
      for (const [column, value] of row.entries()) {
        yield `${quote(table.columns[column]!.name)}${separator}${quote(value ?? options.nullText)}\n`;
      }
    }
    return;
  }
  if (!options.tuplesOnly) yield `${table.columns.map(({ name }) => quote(name)).join(separator)}\n`;
  for (const row of table.rows) yield `${row.map((value) => quote(value ?? options.nullText)).join(separator)}\n`;
}

function quoteCsv(value: string, separator: string): string {
  const needsQuotes = value.includes(separator) || /[\r\n"]/.test(value) || value === String.raw`\.`;
  return needsQuotes ? `"${value.replaceAll('"', '""')}"` : value;
}
