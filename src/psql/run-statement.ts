import { PgstowError } from "../core/errors.ts";
import { Execution } from "./execution.ts";
import type { ResultUse } from "./execution.ts";
import { silentHandler } from "./script-session.ts";
import type { ScriptState } from "./script-state.ts";
import { isBareTransactionCommand } from "./transaction-words.ts";
import type { StatementWordLists } from "./transaction-words.ts";

/** A statement that the scanner has found. */
export interface FoundStatement {
  readonly bytes: Buffer;
  readonly words: StatementWordLists;
}

const LOG_HEAD = Buffer.from("********* QUERY **********\n");
const LOG_FOOT = Buffer.from("\n**************************\n\n");
const SAVEPOINT = "pg_psql_temporary_savepoint";

/**
 * Runs one statement (or several in one message) as psql does: echo, BEGIN where AUTOCOMMIT is off, a savepoint where ON_ERROR_ROLLBACK
 * is on, results, time. Gives undefined when it failed; what it said has been said then. Throws when the session is lost.
 */
export async function runStatement(
  state: ScriptState,
  statement: FoundStatement,
  use: ResultUse = "print",
): Promise<Execution | undefined> {
  const { variables, session } = state;
  if (variables.get("ECHO") === "queries") state.tell(`${statement.bytes.toString("latin1")}\n`);
  state.log?.write(Buffer.concat([LOG_HEAD, statement.bytes, LOG_FOOT]));
  const mayBegin = session.transaction === "idle" && !variables.isOn("AUTOCOMMIT") && !isBareTransactionCommand(statement.words);
  if (mayBegin && !(await runQuietly(state, "BEGIN"))) return undefined;
  const saves = session.transaction === "in-transaction" && variables.get("ON_ERROR_ROLLBACK") === "on";
  if (saves && !(await runQuietly(state, `SAVEPOINT ${SAVEPOINT}`))) return undefined;

  const started = performance.now();
  const execution = new Execution(state, statement.bytes, use);
  await execution.run();
  noteOutcome(state, execution);
  if (saves) await releaseSavepoint(state, statement.words);
  if (state.timing) state.tell(timeText(performance.now() - started));
  return execution.failed ? undefined : execution;
}

/** What variables tell about the last statement. */
export function noteOutcome({ variables, session }: ScriptState, { failed, error, rowCount }: Execution): void {
  const sqlstate = error?.get("C") ?? "00000";
  variables.tell("ERROR", failed ? "true" : "false");
  variables.tell("SQLSTATE", sqlstate);
  variables.tell("ROW_COUNT", String(failed ? 0 : rowCount));
  if (!failed) return;
  variables.tell("LAST_ERROR_SQLSTATE", sqlstate);
  variables.tell("LAST_ERROR_MESSAGE", Buffer.from(error?.get("M") ?? "", session.textEncoding).toString("latin1"));
}

/** A statement of psql's own. Gives whether the server took it; what it said has been said. */
export async function runQuietly(state: ScriptState, sql: string): Promise<boolean> {
  let ok = true;
  const bytes = Buffer.from(sql, state.session.textEncoding);
  await state.session.run(bytes, {
    ...silentHandler(),
    onError: (report) => {
      ok = false;
      state.reporter.serverError(report, bytes, state.place);
    },
    onNotice: (report) => state.reporter.notice(report, bytes, state.place),
  });
  return ok;
}

/** The text of the first value that a statement of psql's own gives. Throws what the server says. */
export async function askForText(state: ScriptState, sql: string): Promise<string | undefined> {
  let text: string | undefined;
  let refusal: string | undefined;
  await state.session.run(Buffer.from(sql), {
    ...silentHandler(),
    onRow: ([value]) => (text ??= value?.toString("latin1")),
    onError: (report) => (refusal = report.get("M")),
  });
  if (refusal !== undefined) throw new PgstowError("server", refusal);
  return text;
}

async function releaseSavepoint(state: ScriptState, words: StatementWordLists): Promise<void> {
  if (state.session.transaction === "failed") await runQuietly(state, `ROLLBACK TO ${SAVEPOINT}`);
  // The statement itself may have ended the transaction, or the savepoint with one of its own.
  else if (
    state.session.transaction === "in-transaction" &&
    !words.some(([first = ""]) => ["begin", "commit", "end", "release", "rollback", "savepoint", "start"].includes(first))
  ) {
    await runQuietly(state, `RELEASE ${SAVEPOINT}`);
  }
}

function timeText(elapsedMs: number): string {
  const plain = `Time: ${elapsedMs.toFixed(3)} ms`;
  if (elapsedMs < 1000) return `${plain}\n`;
  const seconds = elapsedMs / 1000;
  const minutes = Math.floor(seconds / 60);
  const two = (value: number): string => String(value).padStart(2, "0");
  const rest = (seconds % 60).toFixed(3).padStart(6, "0");
  if (minutes < 60) return `${plain} (${two(minutes)}:${rest})\n`;
  const hours = Math.floor(minutes / 60);
  return `${plain} (${two(hours)}:${two(minutes % 60)}:${rest})\n`;
}
