import type { PgstowError } from "../core/errors.ts";
import { Conditionals } from "./conditionals.ts";
import { tableBytes } from "./execution.ts";
import type { LineSource } from "./line-source.ts";
import type { OutputFile } from "./output-file.ts";
import type { PrintOptions } from "./print/print-options.ts";
import type { Table } from "./print/table.ts";
import type { Reporter } from "./reporter.ts";
import type { ScriptConsole } from "./script-console.ts";
import type { ScriptPlace } from "./script-place.ts";
import type { ScriptSession } from "./script-session.ts";
import type { Variables } from "./variables.ts";

/** What a script finds and changes outside of itself. */
export interface ScriptSurroundings {
  readonly console: ScriptConsole;
  readonly reporter: Reporter;
  /** Standard input, which commands without a script of their own copy from. */
  readonly input: LineSource;
  /** Environment variables, for \getenv. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Opens a script that \i names. Throws a PgstowError `file`. */
  readonly openScript: (path: string) => Promise<LineSource>;
  /** For \connect; scripts may not connect without it. */
  readonly reconnect?: (target: ReconnectTarget, before: ScriptSession) => Promise<ScriptSession>;
  /** What \connect says when it fails. */
  readonly describeConnectionError: (error: PgstowError) => string;
  /** Why scripts may not connect, when they may not. */
  readonly connectRefusal?: readonly [message: string, hint: string];
  /** Scripts may send results to files of their choice. */
  readonly mayWriteFiles: boolean;
  /** Called when a script ends within the rows of a COPY: why they do not count. Without it they do, as in psql. */
  readonly onCopyCut?: () => string;
  readonly onRows?: (source: LineSource) => void;
}

/** What \connect names; undefined for what stays as it is. */
export interface ReconnectTarget {
  readonly dbname: string | undefined;
  readonly user: string | undefined;
  readonly host: string | undefined;
  readonly port: string | undefined;
  readonly reusePrevious: boolean | undefined;
}

/** Everything that lasts from one statement to the next. */
export class ScriptState {
  session: ScriptSession;
  readonly variables: Variables;
  readonly print: PrintOptions;
  readonly conditionals = new Conditionals();
  readonly reporter: Reporter;
  readonly surroundings: ScriptSurroundings;
  /** Only the command \unrestrict with this key is obeyed. */
  restrictKey: string | undefined;
  /** The scripts that run, the innermost last. */
  readonly sources: LineSource[] = [];
  /** Where results go instead of the console. */
  output: OutputFile | undefined;
  /** Statements and results go here too. */
  log: OutputFile | undefined;
  /** Results are read and not shown. */
  dropsResults = false;
  /** Statements sent for scripts. */
  statements = 0;
  /** Rows that COPY and INSERT brought in. */
  rows = 0;
  /** Line on which the statement under way begins. */
  startLine = 0;
  timing = false;
  lastStatement: Buffer | undefined;
  /** Where an error ended the scripts. */
  lastPlace: ScriptPlace | undefined;

  constructor(session: ScriptSession, variables: Variables, print: PrintOptions, surroundings: ScriptSurroundings) {
    this.session = session;
    this.variables = variables;
    this.print = print;
    this.surroundings = surroundings;
    this.reporter = surroundings.reporter;
    session.idle = { onNotice: (report) => this.reporter.notice(report, undefined, this.place) };
  }

  get place(): ScriptPlace {
    const source = this.sources.at(-1);
    return { file: source?.name === "" ? undefined : source?.name, line: source?.lineNumber ?? 0, startLine: this.startLine };
  }

  /** Where rows of COPY FROM STDIN stand: in the script, or on standard input. */
  get copySource(): LineSource {
    return this.sources.at(-1) ?? this.surroundings.input;
  }

  get onCopyCut(): (() => string) | undefined {
    return this.surroundings.onCopyCut;
  }

  get onRows(): ((source: LineSource) => void) | undefined {
    return this.surroundings.onRows;
  }

  /** Results, to where they go now. */
  write(bytes: Buffer): Promise<void> | undefined {
    if (this.dropsResults) return undefined;
    this.log?.write(bytes);
    if (this.output === undefined) return this.surroundings.console.write(bytes);
    this.output.write(bytes);
    return undefined;
  }

  printTable(table: Table): void {
    for (const bytes of tableBytes(table, this)) void this.write(bytes);
  }

  /** What psql says on standard output whatever \o says. */
  tell(text: string): void {
    void this.surroundings.console.write(Buffer.from(text, "latin1"));
  }
}
