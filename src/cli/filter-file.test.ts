import { describe, expect, it } from "vitest";
import { readFilters } from "./filter-file.ts";
import { parseFilter } from "./filter-grammar.ts";

describe("parseFilter", () => {
  it.each([
    ["include table public.orders", "include table public.orders"],
    ["  INCLUDE\tTable  a . b  # comment", "include table a.b"],
    ['exclude table_data_and_children "Odd # name".* # x', 'exclude table_data_and_children "Odd # name".*'],
    ['include schema "a""b\\n\\\\c"', 'include schema "a""b\n\\c"'],
    ["include function f(integer ,  text)", "include function f(integer, text)"],
    ["exclude trigger t  two", "exclude trigger t two"],
    ['include table "two\nlines"', 'include table "two\nlines"'],
    ["include table a#b", "include table a"],
  ])("reads %j", (text, expected) => {
    expect(parseFilter(text, "f").map(({ command, kind, pattern }) => `${command} ${kind} ${pattern}`)).toEqual([expected]);
  });

  it("passes over comments and empty lines, and counts them", () => {
    const items = parseFilter('# one\n\n \t\r\ninclude table "a\nb"\r\nexclude schema x', "f");
    expect(items.map(({ pattern, line }) => [pattern, line])).toEqual([
      ['"a\nb"', 4],
      ["x", 6],
    ]);
  });

  it.each([
    ["", "1 x", 'no filter command found (expected "include" or "exclude")'],
    ["\n\n", "import table t", 'invalid filter command (expected "include" or "exclude")'],
    ["", "include", "missing filter object type"],
    ["", "include view v", 'unsupported filter object type: "view"'],
    ["# x\n", "include table  ", "missing object name pattern"],
    ["", 'include table "open', "unexpected end of file"],
  ])("after %j refuses %j", (before, text, problem) => {
    const line = before.split("\n").length;
    expect(() => parseFilter(before + text, "f.txt")).toThrow(
      `invalid format in filter read from file "f.txt" on line ${line}: ${problem}`,
    );
    expect(() => parseFilter(before + text, "-")).toThrow("invalid format in filter read from standard input on line");
  });
});

describe("readFilters", () => {
  const read = (text: string) => readFilters(["f"], () => Promise.resolve(text));

  it("sorts patterns by the options that they stand for", async () => {
    const patterns = await read(
      "include table t\nexclude table u\ninclude table_and_children v\nexclude table_data w\nexclude table_data_and_children x\n" +
        "include foreign_data s\ninclude extension e\nexclude extension f\ninclude schema a\nexclude schema b\nexclude table_and_children c",
    );
    expect(patterns).toEqual({
      tables: ["t"],
      excludeTables: ["u"],
      tablesAndChildren: ["v"],
      excludeTableData: ["w"],
      excludeTableDataAndChildren: ["x"],
      includeForeignData: ["s"],
      extensions: ["e"],
      excludeExtensions: ["f"],
      schemas: ["a"],
      excludeSchemas: ["b"],
      excludeTablesAndChildren: ["c"],
    });
  });

  it.each([
    ["include table_data t", 'include filter for "table data" is not allowed'],
    ["include function f()", 'include filter for "function" is not allowed'],
    ["exclude foreign_data s", 'exclude filter for "foreign data" is not allowed'],
    ["exclude database d", 'exclude filter for "database" is not allowed'],
  ])("refuses %j", async (text, problem) => {
    await expect(read(text)).rejects.toThrow(`invalid format in filter read from file "f" on line 1: ${problem}`);
  });

  it("names a file that is not there", async () => {
    await expect(readFilters(["/no/such/file"])).rejects.toThrow('could not open filter file "/no/such/file": No such file or directory');
  });
});
