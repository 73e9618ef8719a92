import { PgstowError } from "../core/errors.ts";
import { Execution } from "./execution.ts";
import { listDatabasesQuery } from "./list-databases.ts";
import type { LineSource } from "./line-source.ts";
import { ScriptRefusal } from "./printing-reporter.ts";
import { runQuietly, runStatement } from "./run-statement.ts";
import { ScriptRunner } from "./script-runner.ts";
import type { ScriptOutcome } from "./script-runner.ts";
import type { ScriptState } from "./script-state.ts";

/** What -c and -f ask for, in their order. */
export type PsqlAction =
  | { readonly type: "command"; readonly text: string }
  /** Opens when its turn comes. */
  | { readonly type: "script"; readonly open: () => Promise<LineSource> };

/** psql's exit codes. */
export const EXIT = { ok: 0, failed: 1, noConnection: 2, scriptStopped: 3 } as const;

const CLOSED_WORDS = [
  "server closed the connection unexpectedly",
  "\tThis probably means the server terminated abnormally",
  "\tbefore or while processing the request.",
].join("\n");

export interface PsqlRun {
  readonly actions: readonly PsqlAction[];
  /** Run before all else, whatever it comes to. */
  readonly startup: (() => Promise<LineSource>) | undefined;
  readonly singleTransaction: boolean;
  /** Says what ends the program before a script's place is known. */
  readonly onFailure: (error: PgstowError) => void;
}

/** Runs commands and scripts in their order; gives psql's exit code. */
export async function runActions(state: ScriptState, run: PsqlRun): Promise<number> {
  try {
    return await new ActionRun(state, run).all();
  } catch (error) {
    if (error instanceof ScriptRefusal) return EXIT.scriptStopped;
    if (!(error instanceof PgstowError)) throw error;
    if (error.code !== "connection-lost") throw error;
    const place = state.lastPlace ?? state.place;
    state.reporter.info(CLOSED_WORDS, place);
    state.reporter.problem("connection to server was lost", place);
    return EXIT.noConnection;
  }
}

class ActionRun {
  readonly #state: ScriptState;
  readonly #run: PsqlRun;
  readonly #runner: ScriptRunner;

  constructor(state: ScriptState, run: PsqlRun) {
    this.#state = state;
    this.#run = run;
    this.#runner = new ScriptRunner(state);
  }

  async all(): Promise<number> {
    const { startup, singleTransaction, actions } = this.#run;
    if (startup !== undefined) await this.#script(startup);
    if (singleTransaction && !(await runQuietly(this.#state, "BEGIN"))) {
      if (this.#state.variables.isOn("ON_ERROR_STOP")) return EXIT.scriptStopped;
    }
    let code: number = EXIT.ok;
    for (const action of actions) {
      code = action.type === "command" ? await this.#command(Buffer.from(action.text)) : await this.#script(action.open);
      if (code === EXIT.noConnection || (code !== EXIT.ok && this.#state.variables.isOn("ON_ERROR_STOP"))) break;
    }
    if (!singleTransaction || code === EXIT.noConnection) return code;
    const ended = await runQuietly(this.#state, code === EXIT.ok ? "COMMIT" : "ROLLBACK");
    return !ended && this.#state.variables.isOn("ON_ERROR_STOP") ? EXIT.scriptStopped : code;
  }

  async #command(text: Buffer): Promise<number> {
    if (text[0] === 0x5c) {
      const outcome = await this.#runner.runSingleCommand(text);
      if (outcome.type === "end") return codeOf(outcome.outcome);
      return outcome.type === "failed" ? EXIT.failed : EXIT.ok;
    }
    if (this.#state.variables.get("ECHO") === "all") this.#state.tell(`${text.toString("latin1")}\n`);
    const words = text.toString("latin1", 0, 200).trimStart().toLowerCase().split(/\W+/, 4);
    return (await runStatement(this.#state, { bytes: text, words: [words] })) === undefined ? EXIT.failed : EXIT.ok;
  }

  async #script(open: () => Promise<LineSource>): Promise<number> {
    let source: LineSource;
    try {
      source = await open();
    } catch (error) {
      if (!(error instanceof PgstowError) || error.code !== "file") throw error;
      this.#run.onFailure(error);
      return EXIT.failed;
    }
    try {
      return codeOf(await this.#runner.runScript(source));
    } finally {
      await source.close();
    }
  }
}

function codeOf(outcome: ScriptOutcome): number {
  switch (outcome) {
    case "stopped":
      return EXIT.scriptStopped;
    case "not-a-script":
      return EXIT.failed;
    case "no-connection":
      return EXIT.noConnection;
    default:
      return EXIT.ok;
  }
}

/** The table of databases that -l prints. Gives whether the server told it. */
export async function listDatabases(state: ScriptState): Promise<boolean> {
  const major = Number.parseInt(state.session.parameters.get("server_version") ?? "", 10);
  const title = state.print.title;
  state.print.title = "List of databases";
  const execution = new Execution(state, Buffer.from(listDatabasesQuery(major)), "print");
  await execution.run();
  state.print.title = title;
  return !execution.failed;
}
