import { parseBoolean } from "../variables.ts";
import type { PrintOptions } from "./print-options.ts";

export interface PrintOptionProblem {
  readonly message: string;
  /** psql has it, and it is not had here. */
  readonly refused?: boolean;
}

type Setter = (print: PrintOptions, value: string | undefined) => PrintOptionProblem | undefined;

interface Setting {
  readonly set: Setter;
  /** The sentence that says how it stands; "" for none. */
  readonly says: (print: PrintOptions) => string;
  /** As \pset lists it. */
  readonly listed: (print: PrintOptions) => string;
}

const FORMATS = ["aligned", "asciidoc", "csv", "html", "latex", "latex-longtable", "troff-ms", "unaligned", "wrapped"] as const;
const onOff = (value: boolean): string => (value ? "on" : "off");
const listedText = (text: string): string =>
  `'${text
    .replaceAll("\\", "\\\\")
    .replaceAll("'", String.raw`\'`)
    .replaceAll("\n", String.raw`\n`)}'`;

/** psql's print options by their names, in the order of \pset's list. */
const SETTINGS: Readonly<Record<string, Setting>> = {
  border: {
    set: (print, value) => {
      if (value !== undefined) print.border = Math.min(2, Math.max(0, Number.parseInt(value, 10) || 0)) as PrintOptions["border"];
      return undefined;
    },
    says: ({ border }) => `Border style is ${String(border)}.`,
    listed: ({ border }) => String(border),
  },
  columns: number("columns", ({ columns }) => (columns === 0 ? "Target width is unset." : `Target width is ${String(columns)}.`)),
  csv_fieldsep: {
    set: (print, value) => {
      if (value === undefined) return undefined;
      if (value.length !== 1) return { message: "\\pset: csv_fieldsep must be a single one-byte character" };
      if (['"', "\n", "\r"].includes(value)) {
        return { message: "\\pset: csv_fieldsep cannot be a double quote, a newline, or a carriage return" };
      }
      print.csvSeparator = value;
      return undefined;
    },
    says: ({ csvSeparator }) => `Field separator for CSV is "${csvSeparator}".`,
    listed: ({ csvSeparator }) => listedText(csvSeparator),
  },
  expanded: {
    set: (print, value) => {
      if (value?.toLowerCase() === "auto") print.expanded = "auto";
      else {
        const wanted = value === undefined ? print.expanded === "off" : parseBoolean(value);
        if (wanted === undefined)
          return { message: `unrecognized value "${value ?? ""}" for "expanded"\nAvailable values are: on, off, auto.` };
        print.expanded = wanted ? "on" : "off";
      }
      return undefined;
    },
    says: ({ expanded }) => (expanded === "auto" ? "Expanded display is used automatically." : `Expanded display is ${expanded}.`),
    listed: ({ expanded }) => expanded,
  },
  fieldsep: {
    set: (print, value) => {
      if (value !== undefined) Object.assign(print, { fieldSeparator: value, fieldSeparatorZero: false });
      return undefined;
    },
    says: (print) => (print.fieldSeparatorZero ? "Field separator is zero byte." : `Field separator is "${print.fieldSeparator}".`),
    listed: ({ fieldSeparator }) => listedText(fieldSeparator),
  },
  fieldsep_zero: {
    set: (print) => {
      print.fieldSeparatorZero = true;
      return undefined;
    },
    says: () => "Field separator is zero byte.",
    listed: ({ fieldSeparatorZero }) => onOff(fieldSeparatorZero),
  },
  footer: boolean("footer", ({ footer }) => `Default footer is ${onOff(footer)}.`),
  format: { set: setFormat, says: ({ format }) => `Output format is ${format}.`, listed: ({ format }) => format },
  linestyle: {
    set: (print, value) => {
      if (value === undefined) return undefined;
      if ("old-ascii".startsWith(value)) return { message: "\\pset: line style old-ascii is not supported", refused: true };
      if (!"ascii".startsWith(value) && !"unicode".startsWith(value))
        return { message: "\\pset: allowed line styles are ascii, old-ascii, unicode" };
      print.lineStyle = "ascii".startsWith(value) ? "ascii" : "unicode";
      return undefined;
    },
    says: ({ lineStyle }) => `Line style is ${lineStyle}.`,
    listed: ({ lineStyle }) => lineStyle,
  },
  null: {
    set: (print, value) => {
      if (value !== undefined) print.nullText = value;
      return undefined;
    },
    says: ({ nullText }) => `Null display is "${nullText}".`,
    listed: ({ nullText }) => listedText(nullText),
  },
  numericlocale: boolean("numericLocale", ({ numericLocale }) => `Locale-adjusted numeric output is ${onOff(numericLocale)}.`),
  pager: {
    set: (print, value) => {
      const wanted = value === undefined ? print.pager === 0 : parseBoolean(value);
      if (value?.toLowerCase() === "always") print.pager = 2;
      else if (wanted === undefined)
        return { message: `unrecognized value "${value ?? ""}" for "pager"\nAvailable values are: on, off, always.` };
      else print.pager = wanted ? 1 : 0;
      return undefined;
    },
    says: ({ pager }) => ["Pager usage is off.", "Pager is used for long output.", "Pager is always used."][pager]!,
    listed: ({ pager }) => String(pager),
  },
  pager_min_lines: number("pagerMinLines", ({ pagerMinLines }) => {
    return `Pager won't be used for less than ${String(pagerMinLines)} ${pagerMinLines === 1 ? "line" : "lines"}.`;
  }),
  recordsep: {
    set: (print, value) => {
      if (value !== undefined) Object.assign(print, { recordSeparator: value, recordSeparatorZero: false });
      return undefined;
    },
    says: (print) => {
      if (print.recordSeparatorZero) return "Record separator is zero byte.";
      return print.recordSeparator === "\n" ? "Record separator is <newline>." : `Record separator is "${print.recordSeparator}".`;
    },
    listed: ({ recordSeparator }) => listedText(recordSeparator),
  },
  recordsep_zero: {
    set: (print) => {
      print.recordSeparatorZero = true;
      return undefined;
    },
    says: () => "Record separator is zero byte.",
    listed: ({ recordSeparatorZero }) => onOff(recordSeparatorZero),
  },
  tableattr: {
    set: (print, value) => {
      print.tableAttributes = value;
      return undefined;
    },
    says: ({ tableAttributes }) =>
      tableAttributes === undefined ? "Table attributes unset." : `Table attributes are "${tableAttributes}".`,
    listed: ({ tableAttributes }) => (tableAttributes === undefined ? "" : listedText(tableAttributes)),
  },
  title: {
    set: (print, value) => {
      print.title = value;
      return undefined;
    },
    says: ({ title }) => (title === undefined ? "Title is unset." : `Title is "${title}".`),
    listed: ({ title }) => (title === undefined ? "" : listedText(title)),
  },
  tuples_only: boolean("tuplesOnly", ({ tuplesOnly }) => `Tuples only is ${onOff(tuplesOnly)}.`),
  unicode_border_linestyle: onlySingle("border"),
  unicode_column_linestyle: onlySingle("column"),
  unicode_header_linestyle: onlySingle("header"),
};

const OTHER_NAMES: Readonly<Record<string, string>> = {
  x: "expanded",
  vertical: "expanded",
  t: "tuples_only",
  T: "tableattr",
  C: "title",
  f: "fieldsep",
};

/** Sets what \pset names so; says why not. `value` is undefined when none is given. */
export function setPrintOption(print: PrintOptions, name: string, value: string | undefined): PrintOptionProblem | undefined {
  const setting = settingOf(name);
  return setting === undefined ? { message: `\\pset: unknown option: ${name}` } : setting.set(print, value);
}

/** How the option stands, as a sentence. */
export function showPrintOption(print: PrintOptions, name: string): string | undefined {
  return settingOf(name)?.says(print);
}

export function showPrintOptions(print: PrintOptions): string {
  return Object.entries(SETTINGS)
    .map(([name, { listed }]) => `${name.padEnd(24)} ${listed(print)}\n`)
    .join("");
}

function settingOf(name: string): Setting | undefined {
  const full = Object.hasOwn(OTHER_NAMES, name) ? OTHER_NAMES[name]! : name;
  return Object.hasOwn(SETTINGS, full) ? SETTINGS[full] : undefined;
}

function setFormat(print: PrintOptions, value: string | undefined): PrintOptionProblem | undefined {
  if (value === undefined) return undefined;
  const found = FORMATS.filter((format) => format.startsWith(value.toLowerCase()));
  const exact = found.find((format) => format === value.toLowerCase()) ?? found[0];
  if (exact === undefined) return { message: `\\pset: allowed formats are ${FORMATS.join(", ")}` };
  if (found.length > 1 && exact !== value.toLowerCase()) {
    return { message: `\\pset: ambiguous abbreviation "${value}" matches both "${found[0]!}" and "${found[1]!}"` };
  }
  if (exact === "aligned" || exact === "unaligned" || exact === "csv" || exact === "wrapped") print.format = exact;
  else return { message: `\\pset: output format ${exact} is not supported`, refused: true };
  return undefined;
}

function boolean(key: "footer" | "numericLocale" | "tuplesOnly", says: Setting["says"]): Setting {
  const name = { footer: "footer", numericLocale: "numericlocale", tuplesOnly: "tuples_only" }[key];
  return {
    set: (print, value) => {
      const wanted = value === undefined ? !print[key] : parseBoolean(value);
      if (wanted === undefined) return { message: `unrecognized value "${value ?? ""}" for "${name}": Boolean expected` };
      print[key] = wanted;
      return undefined;
    },
    says,
    listed: (print) => onOff(print[key]),
  };
}

function number(key: "columns" | "pagerMinLines", says: Setting["says"]): Setting {
  return {
    set: (print, value) => {
      if (value !== undefined) print[key] = Number.parseInt(value, 10) || 0;
      return undefined;
    },
    says,
    listed: (print) => String(print[key]),
  };
}

function onlySingle(what: string): Setting {
  return {
    set: (_, value) =>
      value === undefined || value === "single"
        ? undefined
        : { message: `\\pset: Unicode ${what} line style ${value} is not supported`, refused: true },
    says: () => `Unicode ${what} line style is "single".`,
    listed: () => "single",
  };
}
