import { characterWidth } from "./display-width.ts";

/** The fields of an ErrorResponse or NoticeResponse by their letters, in the session's encoding. */
export type ReportFields = ReadonlyMap<string, string>;

/** How much of a report is shown: psql's VERBOSITY and SHOW_CONTEXT. */
export interface ReportStyle {
  readonly verbosity: "default" | "verbose" | "terse" | "sqlstate";
  readonly context: "never" | "errors" | "always";
}

export function readReport(body: Buffer, encoding: BufferEncoding): ReportFields {
  const fields = new Map<string, string>();
  for (let at = 0; at < body.length && body[at] !== 0;) {
    const end = body.indexOf(0, at + 1);
    if (end < 0) break;
    fields.set(String.fromCharCode(body[at]!), body.toString(encoding, at + 1, end));
    at = end + 1;
  }
  return fields;
}

export function isErrorReport(fields: ReportFields): boolean {
  return ["ERROR", "FATAL", "PANIC"].includes(fields.get("V") ?? fields.get("S") ?? "ERROR");
}

/** The report as libpq words it, in several lines, with a line feed at the end. `statement` is what was sent. */
export function reportText(fields: ReportFields, statement: string | undefined, style: ReportStyle): string {
  const severity = fields.get("S") ?? "";
  const sqlstate = fields.get("C");
  if (style.verbosity === "sqlstate" && sqlstate !== undefined) return `${severity}:  ${sqlstate}\n`;
  const verbose = style.verbosity === "verbose";
  const parts = [`${severity}:  `];
  if (verbose && sqlstate !== undefined) parts.push(`${sqlstate}: `);
  parts.push(fields.get("M") ?? "");
  const { inline, lines } = placeOf(fields, statement, style);
  parts.push(inline, "\n", lines);
  if (style.verbosity !== "terse") {
    const line = (letter: string, title: string): void => {
      const value = fields.get(letter);
      if (value !== undefined) parts.push(`${title}:  ${value}\n`);
    };
    line("D", "DETAIL");
    line("H", "HINT");
    line("q", "QUERY");
    if (style.context === "always" || (style.context === "errors" && isErrorReport(fields))) line("W", "CONTEXT");
  }
  if (verbose) parts.push(...verboseLines(fields));
  return parts.join("");
}

function verboseLines(fields: ReportFields): string[] {
  const titles: readonly (readonly [string, string])[] = [
    ["s", "SCHEMA NAME"],
    ["t", "TABLE NAME"],
    ["c", "COLUMN NAME"],
    ["d", "DATATYPE NAME"],
    ["n", "CONSTRAINT NAME"],
  ];
  const lines = titles.flatMap(([letter, title]) => (fields.has(letter) ? [`${title}:  ${fields.get(letter)!}\n`] : []));
  const [routine, file, line] = ["R", "F", "L"].map((letter) => fields.get(letter));
  if (routine !== undefined || file !== undefined) {
    const place = file !== undefined && line !== undefined ? `${file}:${line}` : "";
    lines.push(`LOCATION:  ${routine === undefined ? "" : `${routine}, `}${place}\n`);
  }
  return lines;
}

/** A position is shown in the statement when we have it, or told as a number. */
function placeOf(fields: ReportFields, statement: string | undefined, style: ReportStyle): { inline: string; lines: string } {
  const own = fields.get("P");
  const inner = fields.get("p");
  const [position, text] = own === undefined ? [inner, fields.get("q")] : [own, statement];
  if (position === undefined) return { inline: "", lines: "" };
  if (style.verbosity === "terse" || text === undefined) return { inline: ` at character ${position}`, lines: "" };
  return { inline: "", lines: excerpt(text, Number(position)) };
}

const SCREEN_WIDTH = 60;
const RIGHT_MARGIN = 10;

/** The line of the statement that the position is in, cut to what fits a screen, and a caret under the place. */
function excerpt(text: string, position: number): string {
  const characters = [...text];
  const at = position - 1;
  if (at < 0 || at > characters.length) return "";
  let lineNumber = 1;
  let start = 0;
  for (let index = 0; index < at; index++) {
    const character = characters[index];
    if (character === "\n" || (character === "\r" && characters[index + 1] !== "\n")) {
      lineNumber++;
      start = index + 1;
    } else if (character === "\r") start = index + 1;
  }
  let end = start;
  while (end < characters.length && characters[end] !== "\n" && characters[end] !== "\r") end++;
  const line = characters.slice(start, end).map((character) => (character === "\t" ? " " : character));
  const cut = cutToScreen(line, at - start);
  const title = `LINE ${String(lineNumber)}: `;
  const indent = widthOf([...title, ...cut.lead, ...line.slice(cut.from, at - start)]);
  return `${title}${cut.lead}${line.slice(cut.from, cut.to).join("")}${cut.tail}\n${" ".repeat(indent)}^\n`;
}

interface Cut {
  readonly from: number;
  readonly to: number;
  readonly lead: string;
  readonly tail: string;
}

/** Cuts the right end where the place is near the left one, else both, keeping some of the right. */
function cutToScreen(line: readonly string[], at: number): Cut {
  const columns = [0];
  for (const character of line) columns.push(columns.at(-1)! + characterWidth(character));
  const total = columns.at(-1)!;
  if (total <= SCREEN_WIDTH) return { from: 0, to: line.length, lead: "", tail: "" };
  const place = columns[Math.min(at, line.length)]!;
  let to = line.length;
  let tail = "";
  if (place + RIGHT_MARGIN < total) {
    if (place + RIGHT_MARGIN <= SCREEN_WIDTH) {
      while (columns[to]! > SCREEN_WIDTH) to--;
      return { from: 0, to, lead: "", tail: "..." };
    }
    while (columns[to]! > place + RIGHT_MARGIN) to--;
    tail = "...";
  }
  let from = 0;
  while (columns[to]! - columns[from]! > SCREEN_WIDTH) from++;
  return { from, to, lead: from > 0 ? "..." : "", tail };
}

function widthOf(characters: readonly string[]): number {
  return characters.reduce((sum, character) => sum + characterWidth(character), 0);
}
