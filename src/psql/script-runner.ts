import { runCommand } from "./commands/run-command.ts";
import type { CommandOutcome } from "./commands/run-command.ts";
import { CommandLine } from "./command-line.ts";
import type { LineSource } from "./line-source.ts";
import { quoteValue } from "./quote-value.ts";
import { runStatement } from "./run-statement.ts";
import type { FoundStatement } from "./run-statement.ts";
import { Scanner } from "./scanner.ts";
import type { ScannerHooks } from "./scanner.ts";
import type { ScriptState } from "./script-state.ts";
import { StatementsAhead } from "./statements-ahead.ts";
import { maskTrailingBytes } from "./unsafe-encodings.ts";

/** How a script ended. */
export type ScriptOutcome =
  | "done"
  /** \q */
  | "quit"
  /** An error, where errors end a script. */
  | "stopped"
  /** It is no script. */
  | "not-a-script"
  /** There is no session any more. */
  | "no-connection";

const DASH = 0x2d;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** How scripts run where they do not quite run as in psql. */
export interface ScriptManner {
  /** Puts another statement in the place of the script's; undefined leaves it out. */
  readonly filter?: (statement: FoundStatement, state: ScriptState) => FoundStatement | undefined;
  /** Told of lines that are comments from their start. */
  readonly onComment?: (line: Buffer) => void;
  /** Told when a statement is sent. */
  readonly onStatement?: () => void;
  /** Empty lines within statements are sent too, so that lines can be counted. */
  readonly keepsEmptyLines?: boolean;
}

/** Runs scripts in one session, as psql does. */
export class ScriptRunner {
  readonly #state: ScriptState;
  readonly #manner: ScriptManner;

  constructor(state: ScriptState, manner: ScriptManner = {}) {
    this.#state = state;
    this.#manner = manner;
  }

  /** Runs a script to its end, or to the error that ends it. Throws what the reporter throws, and errors of its source. */
  async runScript(source: LineSource): Promise<ScriptOutcome> {
    this.#state.sources.push(source);
    try {
      return await new ScriptRun(this, this.#state, source, this.#manner).run();
    } catch (error) {
      this.#state.lastPlace ??= this.#state.place;
      throw error;
    } finally {
      this.#state.sources.pop();
    }
  }

  /** Runs one backslash command, as -c has it. Gives whether it went well. */
  async runSingleCommand(line: Buffer): Promise<CommandOutcome> {
    const command = new CommandLine(line.subarray(1), argumentHooks(this.#state));
    const scanner = new Scanner(scannerHooks(this.#state));
    return runCommand(this.#state, command, scanner, (source) => this.runScript(source));
  }
}

/** One script, while it runs. */
class ScriptRun {
  readonly #runner: ScriptRunner;
  readonly #state: ScriptState;
  readonly #source: LineSource;
  readonly #manner: ScriptManner;
  readonly #scanner: Scanner;
  readonly #ahead: StatementsAhead;
  #outcome: ScriptOutcome | undefined;
  readonly #ifDepth: number;

  constructor(runner: ScriptRunner, state: ScriptState, source: LineSource, manner: ScriptManner) {
    this.#runner = runner;
    this.#state = state;
    this.#source = source;
    this.#manner = manner;
    this.#scanner = new Scanner(scannerHooks(state));
    this.#ahead = new StatementsAhead(state);
    this.#ifDepth = state.conditionals.depth;
  }

  async run(): Promise<ScriptOutcome> {
    for (;;) {
      const line = this.#source.takeLine() ?? (await this.#source.nextLine());
      if (line === undefined) break;
      const busy = this.#line(line);
      if (busy !== undefined) await busy;
      if (this.#outcome !== undefined) return this.#outcome;
    }
    await this.#end();
    return this.#outcome ?? "done";
  }

  /** A promise only where there is something to wait for: scripts have millions of lines. */
  #line(whole: Buffer): Promise<void> | undefined {
    const line = this.#source.lineNumber === 1 ? this.#firstLine(whole) : whole;
    const { text, inQuote } = this.#scanner;
    if (this.#outcome !== undefined) return undefined;
    if (line.length === 0 && !inQuote && (text.length === 0 || this.#manner.keepsEmptyLines !== true)) return undefined;
    if (line[0] === DASH && !inQuote) this.#manner.onComment?.(line);
    if (text.length === 0) this.#state.startLine = this.#source.lineNumber;
    if (this.#state.variables.get("ECHO") === "all") this.#echo(line);
    text.startLine();
    const length = text.length;
    this.#scanner.setLine(line, maskTrailingBytes(line, this.#state.session.parameters.get("client_encoding")));
    return this.#scan(length);
  }

  #scan(lengthBefore: number): Promise<void> | undefined {
    for (let length = lengthBefore; ; length = -1) {
      const stop = this.#scanner.scan();
      if (this.#scanner.text.length === length && stop === "backslash") this.#scanner.text.dropEmptyLine();
      if (this.#outcome !== undefined || (stop === "end-of-line" && !this.#endsHere())) return undefined;
      const busy = stop === "backslash" ? this.#command() : this.#statement();
      if (stop === "end-of-line") return busy;
      if (busy !== undefined) return this.#continue(busy);
    }
  }

  async #continue(busy: Promise<void>): Promise<void> {
    await busy;
    while (this.#outcome === undefined) {
      const stop = this.#scanner.scan();
      if (stop === "end-of-line" && !this.#endsHere()) return;
      await (stop === "backslash" ? this.#command() : this.#statement());
      if (stop === "end-of-line") return;
    }
  }

  /** With SINGLELINE a statement ends with its line. */
  #endsHere(): boolean {
    return this.#state.variables.isOn("SINGLELINE") && this.#scanner.text.length > 0 && !this.#scanner.inQuote;
  }

  #firstLine(line: Buffer): Buffer {
    const isUnicode = this.#state.session.parameters.get("client_encoding") === "UTF8";
    const text = isUnicode && line.subarray(0, 3).equals(BYTE_ORDER_MARK) ? line.subarray(3) : line;
    if (text.toString("latin1", 0, 5) === "PGDMP") {
      this.#state.tell(
        "The input is a PostgreSQL custom-format dump.\nUse the pg_restore command-line client to restore this dump to a database.\n\n",
      );
      this.#outcome = "not-a-script";
    }
    return text;
  }

  #echo(line: Buffer): void {
    this.#state.tell(`${line.toString("latin1")}\n`);
  }

  /** The text holds a whole statement. */
  #statement(): Promise<void> | undefined {
    if (!this.#state.conditionals.isActive) return undefined;
    const found = { bytes: this.#scanner.text.bytes(), words: this.#scanner.words.lists };
    this.#scanner.reset();
    const { filter, onStatement } = this.#manner;
    this.#state.statements++;
    const statement = filter === undefined ? found : filter(found, this.#state);
    if (statement === undefined) return undefined;
    onStatement?.();
    if (!this.#ahead.takes(statement)) return this.#runNow(statement);
    return this.#ahead.add(statement)?.then((ok) => this.#note(ok));
  }

  async #runNow(statement: FoundStatement): Promise<void> {
    await this.#wait();
    if (this.#outcome !== undefined) return;
    this.#state.lastStatement = statement.bytes;
    this.#note((await runStatement(this.#state, statement)) !== undefined);
  }

  async #wait(): Promise<void> {
    if (!this.#ahead.isEmpty) this.#note(await this.#ahead.drain());
  }

  #note(ok: boolean): void {
    if (!ok && this.#state.variables.isOn("ON_ERROR_STOP")) this.#outcome = "stopped";
  }

  async #command(): Promise<void> {
    await this.#wait();
    if (this.#outcome !== undefined) return;
    const line = new CommandLine(this.#scanner.rest, argumentHooks(this.#state));
    const outcome = await runCommand(this.#state, line, this.#scanner, (source) => this.#runner.runScript(source));
    this.#scanner.setLine(line.rest());
    if (outcome.type === "end") this.#outcome = outcome.outcome;
    else if (outcome.type === "failed") this.#note(false);
  }

  /** What has no semicolon at the end of the script is a statement too. */
  async #end(): Promise<void> {
    await this.#wait();
    if (this.#outcome === undefined && this.#scanner.text.length > 0) {
      await this.#statement();
      await this.#wait();
    }
    if (this.#outcome !== undefined || this.#state.conditionals.depth <= this.#ifDepth) return;
    this.#state.reporter.problem("reached EOF without finding closing \\endif(s)", this.#state.place);
    while (this.#state.conditionals.depth > this.#ifDepth) this.#state.conditionals.endif();
    this.#note(false);
  }
}

function scannerHooks(state: ScriptState): ScannerHooks {
  return {
    ...argumentHooks(state),
    standardStrings: () => state.session.parameters.get("standard_conforming_strings") !== "off",
    onRecursion: (name) => state.reporter.warning(`skipping recursive expansion of variable "${name}"`, state.place),
  };
}

/** In a branch that is passed over, variables stay as they are written. */
function argumentHooks(state: ScriptState): Pick<ScannerHooks, "variable" | "quoted"> {
  return {
    variable(name) {
      const value = state.conditionals.isActive ? state.variables.get(Buffer.from(name).toString("latin1")) : undefined;
      return value === undefined ? undefined : Buffer.from(value, "latin1");
    },
    quoted: quoteValue,
  };
}
