import type { DiagnosticSink } from "../../core/diagnostics.ts";
import { PgstowError } from "../../core/errors.ts";
import { describeStatement, noticeDiagnostic } from "../../postgres/server-errors.ts";
import type { Reporter } from "../reporter.ts";
import type { ScriptPlace } from "../script-place.ts";
import type { ReportFields } from "../server-message.ts";

export interface FailureReporterOptions {
  readonly onDiagnostic: DiagnosticSink;
  /** Whether what was done so far is taken back. */
  readonly atomic: boolean;
  /** Statements of the script that were sent so far, with the one that fails. */
  readonly statementsSent: () => number;
}

const SYNTAX_ERROR = "42601";

/** Keeps the first thing that goes wrong, as the error that ends the restore. */
export class FailureReporter implements Reporter {
  failure: PgstowError | undefined;
  encoding: () => BufferEncoding = () => "utf8";
  readonly #options: FailureReporterOptions;

  constructor(options: FailureReporterOptions) {
    this.#options = options;
  }

  serverError(report: ReportFields, statement: Buffer, place: ScriptPlace): void {
    const text = statement.toString(this.encoding());
    const position = Number(report.get("P"));
    const where = report.get("W");
    const line = lineOf(place, text, position, where);
    const field = (letter: string, name: string) => (report.has(letter) ? { [name]: report.get(letter)! } : {});
    const sqlstate = report.get("C") ?? "";
    const hint = this.#hintFor(sqlstate, text.slice(0, Math.max(0, position - 1))) ?? report.get("H");
    const said = `${place.file ?? "script"}:${String(line)}: ${report.get("S") ?? "ERROR"}: ${report.get("M") ?? ""}`;
    this.failure ??= new PgstowError("server", `${said}${this.#consequence()}`, {
      context: {
        sqlstate,
        ...field("D", "detail"),
        ...field("H", "serverHint"),
        ...(where === undefined ? {} : { where }),
        ...(position > 0 ? { position } : {}),
        ...(place.file === undefined ? {} : { file: place.file }),
        statement: firstLineOf(describeStatement(text)),
      },
      ...(hint === undefined ? {} : { hint }),
    });
  }

  notice(report: ReportFields): void {
    const { detail, hint } = { detail: report.get("D"), hint: report.get("H") };
    this.#options.onDiagnostic(noticeDiagnostic({ sqlstate: report.get("C") ?? "", message: report.get("M") ?? "", detail, hint }));
  }

  problem(message: string, place: ScriptPlace, hint?: string): void {
    this.failure ??= this.#error("unsupported", message, place, hint);
  }

  info(): void {
    // What went wrong is told by the error.
  }

  warning(message: string, place: ScriptPlace): void {
    this.#options.onDiagnostic({ severity: "warning", code: "script", message: `${at(place)}${message}` });
  }

  refusal(message: string, place: ScriptPlace, hint?: string): never {
    this.failure ??= this.#error("unsupported", message, place, hint);
    throw this.failure;
  }

  #error(code: "unsupported", message: string, place: ScriptPlace, hint: string | undefined): PgstowError {
    const options = hint === undefined ? {} : { hint };
    return new PgstowError(code, `${at(place)}${Buffer.from(message, "latin1").toString()}${this.#consequence()}`, options);
  }

  /** A text that is no script fails by its first word. */
  #hintFor(sqlstate: string, before: string): string | undefined {
    if (sqlstate === SYNTAX_ERROR && before.trim() === "" && this.#options.statementsSent() <= 1) return "Is this a SQL script at all?";
    return hintFor(sqlstate);
  }

  #consequence(): string {
    return this.#options.atomic ? "; nothing was changed" : "";
  }
}

/** The place says the rest: whoever takes a wrong file for a script does not want to read it here. */
function firstLineOf(statement: string): string {
  const [first = "", ...others] = statement.trim().split(/\r?\n/);
  return others.length === 0 || first.endsWith("...") ? first : `${first} ...`;
}

function at({ file, line }: ScriptPlace): string {
  return file === undefined ? "" : `${file}:${String(line)}: `;
}

/** The line of the row that a COPY stumbles over, of the place that the server points at, or on which the statement begins. */
function lineOf({ line, startLine }: ScriptPlace, statement: string, position: number, where: string | undefined): number {
  const row = where?.startsWith("COPY ") === true ? Number(/, line (\d+)/.exec(where)?.[1]) : 0;
  if (row > 0) return line + row;
  const before = [...statement].slice(0, Math.max(0, position - 1)).filter((character) => character === "\n").length;
  return (startLine ?? line) + before;
}

function hintFor(sqlstate: string): string | undefined {
  if (sqlstate === "25001") return "Use --no-single-transaction to run the script without a transaction around it.";
  if (["42P04", "42P06", "42P07", "42701", "42710", "42723"].includes(sqlstate)) return "Restore into an empty database.";
  return undefined;
}
