import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";

import { PgstowError } from "../core/errors.ts";
import { filterError, parseFilter } from "./filter-grammar.ts";
import type { FilterItem, FilterKind } from "./filter-grammar.ts";

/** Patterns of filter files, under the names of the options that they add to. */
export interface FilterPatterns {
  readonly schemas: string[];
  readonly excludeSchemas: string[];
  readonly tables: string[];
  readonly tablesAndChildren: string[];
  readonly excludeTables: string[];
  readonly excludeTablesAndChildren: string[];
  readonly excludeTableData: string[];
  readonly excludeTableDataAndChildren: string[];
  readonly extensions: string[];
  readonly excludeExtensions: string[];
  readonly includeForeignData: string[];
}

/** Gives the text of a filter file; "-" is standard input. */
export type ReadFilter = (file: string) => Promise<string>;

const LISTS: Readonly<Record<FilterItem["command"], Partial<Record<FilterKind, keyof FilterPatterns>>>> = {
  include: {
    extension: "extensions",
    foreign_data: "includeForeignData",
    schema: "schemas",
    table: "tables",
    table_and_children: "tablesAndChildren",
  },
  exclude: {
    extension: "excludeExtensions",
    schema: "excludeSchemas",
    table: "excludeTables",
    table_and_children: "excludeTablesAndChildren",
    table_data: "excludeTableData",
    table_data_and_children: "excludeTableDataAndChildren",
  },
};

/** Reads pg_dump's filter files, one after the other. Throws a PgstowError `usage` that names file and line, or `file`. */
export async function readFilters(files: readonly string[], read: ReadFilter = readFilterFile): Promise<FilterPatterns> {
  const patterns = noPatterns();
  for (const file of files) {
    for (const { command, kind, pattern, line } of parseFilter(await read(file), file)) {
      const list = LISTS[command][kind];
      if (list === undefined) throw filterError(file, line, `${command} filter for "${kind.replaceAll("_", " ")}" is not allowed`);
      patterns[list].push(pattern);
    }
  }
  return patterns;
}

function noPatterns(): FilterPatterns {
  return {
    schemas: [],
    excludeSchemas: [],
    tables: [],
    tablesAndChildren: [],
    excludeTables: [],
    excludeTablesAndChildren: [],
    excludeTableData: [],
    excludeTableDataAndChildren: [],
    extensions: [],
    excludeExtensions: [],
    includeForeignData: [],
  };
}

export async function readFilterFile(file: string): Promise<string> {
  try {
    return file === "-" ? await text(process.stdin) : await readFile(file, "utf8");
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === "ENOENT" ? "No such file or directory" : (error as Error).message;
    throw new PgstowError("file", `could not open filter file "${file}": ${why}`, { cause: error, context: { file } });
  }
}
