import { characterWidth } from "../display-width.ts";

/** One line of a cell, as it is shown, and the columns that it takes. */
export interface CellLine {
  readonly text: string;
  readonly width: number;
}

const TAB_STOP = 8;

/** A value as it is shown in a table: cut at line feeds, tabs as spaces, other control characters spelled out. */
export function cellLines(value: string, isUnicode: boolean): CellLine[] {
  if (/^[\x20-\x7e]*$/.test(value)) return [{ text: value, width: value.length }];
  return value.split("\n").map((line) => showLine(line, isUnicode));
}

function showLine(line: string, isUnicode: boolean): CellLine {
  let text = "";
  let width = 0;
  for (const character of line) {
    const shown = showCharacter(character, width, isUnicode);
    text += shown;
    width += shown === character ? (isUnicode ? characterWidth(character) : 1) : shown.length;
  }
  return { text, width };
}

function showCharacter(character: string, column: number, isUnicode: boolean): string {
  const code = character.codePointAt(0)!;
  if (code === 0x0d) return String.raw`\r`;
  if (code === 0x09) return " ".repeat(TAB_STOP - (column % TAB_STOP));
  if (code < 0x20 || code === 0x7f) return String.raw`\x${code.toString(16).toUpperCase().padStart(2, "0")}`;
  if (isUnicode && code < 0xa0 && code >= 0x80) return String.raw`\u${code.toString(16).toUpperCase().padStart(4, "0")}`;
  return character;
}
