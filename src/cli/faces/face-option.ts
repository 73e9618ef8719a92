import type { GetoptOption } from "./getopt.ts";

/** A row of a program's table of options, with its line in the help. */
export interface FaceOption extends GetoptOption {
  /** What the help calls the value. */
  readonly valueName?: string;
  /** Left out of the help when missing: other names of an option, and what does nothing. */
  readonly describe?: string;
  /** Which of the program's headings it stands under. */
  readonly group?: string;
}

interface Words {
  /** `NAME`: the option takes a value, which the help calls this. */
  readonly value?: string;
  readonly since?: number;
  readonly until?: number;
}

/** `option("f, file", { value: "FILENAME" }, "general", "output file")`. */
export function option(names: string, words: Words, group: string, describe: string): FaceOption {
  const { value, ...versions } = words;
  return { ...namesOf(names), ...versions, ...argumentOf(value), group, describe };
}

/** Another name of an option that is in the table too, or an option that the help does not show. */
export function silent(names: string, words: Words & { readonly means?: string } = {}): FaceOption {
  const { value, ...others } = words;
  return { ...namesOf(names), ...others, ...argumentOf(value) };
}

function namesOf(names: string): { name: string; short?: string } {
  const [first = "", second] = names.split(", ");
  return second === undefined ? { name: first } : { name: second, short: first };
}

function argumentOf(value: string | undefined): Pick<FaceOption, "argument" | "valueName"> {
  return value === undefined ? { argument: "none" } : { argument: "required", valueName: value };
}

/** The part of a help that lists options: under each heading those with a short name first, both by their letters. */
export function optionLists(options: readonly FaceOption[], headings: Readonly<Record<string, string>>): string {
  return Object.entries(headings)
    .map(([group, heading]) => `${heading}\n${linesOf(options.filter((one) => one.group === group)).join("\n")}\n`)
    .join("\n");
}

const DESCRIPTION_COLUMN_MAX = 31;
const LINE_LENGTH_MAX = 80;

function linesOf(options: readonly FaceOption[]): string[] {
  const labels = new Map(options.map((one) => [one, labelOf(one)]));
  const width = Math.min(DESCRIPTION_COLUMN_MAX, Math.max(...[...labels.values()].map((label) => label.length + 2)));
  return options.toSorted(byLetters).flatMap((one) => {
    const [first = "", ...others] = wrap(one.describe ?? "", LINE_LENGTH_MAX - width);
    const label = labels.get(one) ?? "";
    const indented = others.map((line) => " ".repeat(width) + line);
    return label.length < width ? [label.padEnd(width) + first, ...indented] : [label, " ".repeat(width) + first, ...indented];
  });
}

function labelOf(one: FaceOption): string {
  const value = one.valueName === undefined ? "" : `=${one.valueName}`;
  return one.short === undefined ? `  --${one.name}${value}` : `  -${one.short}, --${one.name}${value}`;
}

function byLetters(one: FaceOption, other: FaceOption): number {
  if ((one.short === undefined) !== (other.short === undefined)) return one.short === undefined ? 1 : -1;
  return keyOf(one) < keyOf(other) ? -1 : 1;
}

/** `a` before `A` before `b`; digits and signs last. */
function keyOf({ short, name }: FaceOption): string {
  if (short === undefined) return name;
  return /[a-z]/i.test(short) ? `${short.toLowerCase()}${/[A-Z]/.test(short) ? "1" : "0"}` : `~${short === "?" ? "1" : "0"}`;
}

function wrap(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1) ?? "";
    if (line === "") lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
