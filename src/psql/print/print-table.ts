import { printAligned } from "./print-aligned.ts";
import { printExpanded } from "./print-expanded.ts";
import type { PrintOptions } from "./print-options.ts";
import { printCsv, printUnaligned } from "./print-separated.ts";
import type { Table } from "./table.ts";

/** The text of a table in the wanted format, in pieces. */
export function printTable(table: Table, options: PrintOptions, isUnicode: boolean): Iterable<string> {
  switch (options.format) {
    case "csv":
      return printCsv(table, options);
    case "unaligned":
      return printUnaligned(table, options);
    default:
      return options.expanded === "on" ? printExpanded(table, options, isUnicode) : printAligned(table, options, isUnicode);
  }
}
