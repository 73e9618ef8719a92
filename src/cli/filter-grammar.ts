import { PgstowError } from "../core/errors.ts";

/** One line of a filter file: what to do with the objects of a kind that a pattern names. */
export interface FilterItem {
  readonly command: "include" | "exclude";
  readonly kind: FilterKind;
  readonly pattern: string;
  /** Line on which it starts, from 1. */
  readonly line: number;
}

const KINDS = [
  "table_data",
  "table_data_and_children",
  "database",
  "extension",
  "foreign_data",
  "function",
  "index",
  "schema",
  "table",
  "table_and_children",
  "trigger",
] as const;

export type FilterKind = (typeof KINDS)[number];

/**
 * Reads the text of a filter file: `include table public.orders # a comment`, one item a line; a quoted name may go on over several.
 * Throws a PgstowError `usage` that names file and line in pg_dump's words. `file` is "-" for standard input.
 */
export function parseFilter(text: string, file: string): FilterItem[] {
  return [...new FilterText(text, file).items()];
}

/** The same error for an item that is well formed but not allowed where it stands. */
export function filterError(file: string, line: number, problem: string): PgstowError {
  const source = file === "-" ? "standard input" : `file "${file}"`;
  return new PgstowError("usage", `invalid format in filter read from ${source} on line ${line.toString()}: ${problem}`);
}

const SPACE = /[ \t\r\v\f]/;

class FilterText {
  readonly #text: string;
  readonly #file: string;
  #at = 0;
  #line = 1;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  *items(): Generator<FilterItem> {
    while (this.#at < this.#text.length) {
      this.#skipSpace();
      if (!this.#atLineEnd() && this.#next() !== "#") {
        const line = this.#line;
        const command = this.#command();
        const kind = this.#kind();
        yield { command, kind, pattern: this.#pattern(), line };
      }
      this.#endLine();
    }
  }

  #command(): FilterItem["command"] {
    const word = this.#word();
    if (word === "") throw this.#error('no filter command found (expected "include" or "exclude")');
    const command = word.toLowerCase();
    if (command === "include" || command === "exclude") return command;
    throw this.#error('invalid filter command (expected "include" or "exclude")');
  }

  #kind(): FilterKind {
    const word = this.#word();
    if (word === "") throw this.#error("missing filter object type");
    const kind = KINDS.find((one) => one === word.toLowerCase());
    if (kind === undefined) throw this.#error(`unsupported filter object type: "${word}"`);
    return kind;
  }

  #word(): string {
    this.#skipSpace();
    const word = /^[A-Za-z][A-Za-z_]*/.exec(this.#text.slice(this.#at, this.#at + 100))?.[0] ?? "";
    this.#at += word.length;
    return word;
  }

  /** Up to a comment or the end of the line; runs of blanks count as one, and as none around commas, dots and parentheses. */
  #pattern(): string {
    this.#skipSpace();
    if (this.#atLineEnd()) throw this.#error("missing object name pattern");
    let pattern = "";
    let blankMatters = false;
    while (!this.#atLineEnd() && this.#next() !== "#") {
      const skipped = this.#skipSpace();
      if (this.#atLineEnd() || this.#next() === "#") break;
      const sign = this.#next();
      const isSeparator = sign === "," || sign === "." || sign === "(" || sign === ")";
      if (skipped && blankMatters && !isSeparator) pattern += " ";
      if (isSeparator) {
        pattern += sign === "," ? ", " : sign;
        this.#at++;
      } else pattern += sign === '"' ? this.#quoted() : this.#plain();
      blankMatters = !isSeparator;
    }
    return pattern;
  }

  #plain(): string {
    const start = this.#at;
    while (!this.#atLineEnd() && !SPACE.test(this.#next()) && !'#,.()"'.includes(this.#next())) this.#at++;
    return this.#text.slice(start, this.#at);
  }

  /** With its quotes, which the pattern needs; `\n` and `\\` are a line feed and a backslash. */
  #quoted(): string {
    let quoted = '"';
    for (this.#at++; ; this.#at++) {
      if (this.#at >= this.#text.length) throw this.#error("unexpected end of file");
      const sign = this.#next();
      if (sign === '"') {
        quoted += '"';
        if (this.#text.charAt(this.#at + 1) !== '"') break;
        quoted += '"';
        this.#at++;
      } else if (sign === "\n") {
        if (this.#at + 1 >= this.#text.length) throw this.#error("unexpected end of file");
        quoted += "\n";
        this.#line++;
      } else if (sign === "\\") {
        const escaped = this.#text.charAt(++this.#at);
        quoted += escaped === "n" ? "\n" : escaped === "\\" ? "\\" : "";
      } else if (sign !== "\r") quoted += sign;
    }
    this.#at++;
    return quoted;
  }

  #next(): string {
    return this.#text.charAt(this.#at);
  }

  #atLineEnd(): boolean {
    return this.#at >= this.#text.length || this.#next() === "\n";
  }

  /** Whether there was any. */
  #skipSpace(): boolean {
    const start = this.#at;
    while (SPACE.test(this.#next())) this.#at++;
    return this.#at > start;
  }

  #endLine(): void {
    while (!this.#atLineEnd()) this.#at++;
    this.#at++;
    this.#line++;
  }

  #error(problem: string): PgstowError {
    return filterError(this.#file, this.#line, problem);
  }
}
