import type { FaceMessages } from "./face.ts";
import { PgstowError } from "../../core/errors.ts";
import { defaultPrintOptions } from "../../psql/print/print-options.ts";
import type { PrintOptions } from "../../psql/print/print-options.ts";
import { setPrintOption } from "../../psql/print/set-option.ts";
import { Variables } from "../../psql/variables.ts";
import type { GetoptResult, GivenOption } from "./getopt.ts";

/** What the command line asks for. */
export interface PsqlSettings {
  readonly variables: Variables;
  readonly print: PrintOptions;
  /** -c and -f in their order; a file "-" is standard input. */
  readonly actions: readonly { readonly type: "command" | "file"; readonly text: string }[];
  readonly list: boolean;
  readonly singleTransaction: boolean;
  readonly readStartupFile: boolean;
  readonly outputFile: string | undefined;
  readonly logFile: string | undefined;
  readonly dbname: string | undefined;
  readonly user: string | undefined;
}

const ECHO: Readonly<Record<string, string>> = { "echo-all": "all", "echo-errors": "errors", "echo-queries": "queries" };

const INTERACTIVE: ReadonlySet<string> = new Set(["single-step"]);
const UNSUPPORTED: ReadonlySet<string> = new Set(["html", "table-attr"]);

/** Reads the options in the order given, as psql does. Throws a PgstowError `usage` for what they cannot be. */
export function readPsqlSettings({ given, operands }: GetoptResult, messages: FaceMessages): PsqlSettings {
  const variables = new Variables();
  const print = defaultPrintOptions();
  for (const option of given) applyOption(option, variables, print, messages);
  const last = (name: string): string | undefined => given.findLast((option) => option.name === name)?.value;
  const has = (name: string): boolean => given.some((option) => option.name === name);
  const names = [...operands];
  const dbname = last("dbname") ?? names.shift();
  const user = last("username") ?? names.shift();
  if (!variables.isOn("QUIET")) for (const surplus of names) messages.say("warning", `extra command-line argument "${surplus}" ignored`);
  return {
    variables,
    print,
    actions: given.flatMap(({ name, value }) => (name === "command" || name === "file" ? [{ type: name, text: value ?? "" }] : [])),
    list: has("list"),
    singleTransaction: has("single-transaction"),
    readStartupFile: !has("no-psqlrc"),
    outputFile: last("output"),
    logFile: last("log-file"),
    dbname,
    user,
  };
}

function applyOption({ name, value = "" }: GivenOption, variables: Variables, print: PrintOptions, messages: FaceMessages): void {
  if (INTERACTIVE.has(name)) throw new PgstowError("unsupported", `option --${name} needs an interactive client, which this psql is not`);
  if (UNSUPPORTED.has(name)) throw new PgstowError("unsupported", `option --${name} is not supported: results are printed as text or CSV`);
  const echo = ECHO[name];
  if (echo !== undefined) variables.set("ECHO", echo);
  switch (name) {
    case "quiet":
      variables.set("QUIET", "on");
      return;
    case "single-line":
      variables.set("SINGLELINE", "on");
      return;
    case "echo-hidden":
      variables.set("ECHO_HIDDEN", "on");
      return;
    case "set":
      assign(value, variables);
      return;
    case "pset": {
      const equals = value.indexOf("=");
      const [key, setting] = equals < 0 ? [value, undefined] : [value.slice(0, equals), value.slice(equals + 1)];
      const problem = setPrintOption(print, key, setting);
      if (problem === undefined) return;
      messages.say("error", problem.message);
      throw new PgstowError("usage", `could not set printing parameter "${key}"`);
    }
    default:
      Object.assign(print, printOptionOf(name, value));
  }
}

function printOptionOf(name: string, value: string): Partial<PrintOptions> {
  switch (name) {
    case "no-align":
      return { format: "unaligned" };
    case "csv":
      return { format: "csv" };
    case "field-separator":
      return { fieldSeparator: value, fieldSeparatorZero: false };
    case "field-separator-zero":
      return { fieldSeparatorZero: true };
    case "record-separator":
      return { recordSeparator: value, recordSeparatorZero: false };
    case "record-separator-zero":
      return { recordSeparatorZero: true };
    case "tuples-only":
      return { tuplesOnly: true };
    case "expanded":
      return { expanded: "on" };
    default:
      return {};
  }
}

/** `NAME=VALUE`; a name alone unsets the variable. */
function assign(text: string, variables: Variables): void {
  const equals = text.indexOf("=");
  const name = equals < 0 ? text : text.slice(0, equals);
  const value = equals < 0 ? undefined : Buffer.from(text.slice(equals + 1)).toString("latin1");
  const problem = variables.set(name, value);
  if (problem !== undefined) throw new PgstowError("usage", problem.message);
}
