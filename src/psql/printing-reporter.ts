import { PgstowError } from "../core/errors.ts";
import type { Reporter } from "./reporter.ts";
import type { ScriptConsole } from "./script-console.ts";
import type { ScriptPlace } from "./script-place.ts";
import { reportText } from "./server-message.ts";
import type { ReportFields, ReportStyle } from "./server-message.ts";
import type { Variables } from "./variables.ts";

/** A script asked for what is not done here. */
export class ScriptRefusal extends PgstowError {}

/** Says everything as psql says it: before the first line of each message the script's name and line, where it has them. */
export class PrintingReporter implements Reporter {
  readonly #console: ScriptConsole;
  readonly #variables: Variables;
  /** Of the session that speaks. */
  encoding: () => BufferEncoding = () => "utf8";

  constructor(console: ScriptConsole, variables: Variables) {
    this.#console = console;
    this.#variables = variables;
  }

  serverError(report: ReportFields, statement: Buffer, place: ScriptPlace): void {
    this.#report(report, statement, place);
    if (this.#variables.get("ECHO") === "errors") this.#say(`${prefix(place)}STATEMENT:  ${statement.toString(this.encoding())}\n`);
  }

  notice(report: ReportFields, statement: Buffer | undefined, place: ScriptPlace): void {
    this.#report(report, statement, place);
  }

  problem(message: string, place: ScriptPlace, hint?: string): void {
    this.#tell("error", message, place);
    if (hint !== undefined) this.#tell("hint", hint, place);
  }

  info(message: string, place: ScriptPlace): void {
    this.#console.say(Buffer.from(`${prefix(place)}${message}\n`, "latin1"));
  }

  warning(message: string, place: ScriptPlace): void {
    this.#tell("warning", message, place);
  }

  refusal(message: string, place: ScriptPlace, hint?: string): never {
    this.problem(message, place, hint);
    throw new ScriptRefusal("unsupported", message);
  }

  #report(report: ReportFields, statement: Buffer | undefined, place: ScriptPlace): void {
    this.#say(prefix(place) + reportText(report, statement?.toString(this.encoding()), this.#style()));
  }

  #style(): ReportStyle {
    const verbosity = this.#variables.get("VERBOSITY") as ReportStyle["verbosity"];
    return { verbosity, context: this.#variables.get("SHOW_CONTEXT") as ReportStyle["context"] };
  }

  #tell(level: string, message: string, place: ScriptPlace): void {
    const start = prefix(place);
    this.#console.say(Buffer.from(`${start}${start === "" ? "" : `${level}: `}${message}\n`, "latin1"));
  }

  #say(text: string): void {
    this.#console.say(Buffer.from(text, this.encoding()));
  }
}

function prefix({ file, line }: ScriptPlace): string {
  return file === undefined ? "" : `psql:${file}:${String(line)}: `;
}
