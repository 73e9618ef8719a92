import { Execution } from "./execution.ts";
import { noteOutcome } from "./run-statement.ts";
import type { FoundStatement } from "./run-statement.ts";
import type { ScriptState } from "./script-state.ts";

const STATEMENTS_MAX = 256;
const BYTES_MAX = 1 << 20;
/** Calls that dumps hold by the thousand, and that change nothing of how a script is read. */
const PLAIN_CALLS = /^SELECT pg_catalog\.(?:lo\w*|setval)\(/;

/**
 * Statements that are sent before those in front of them are answered: rows as INSERT, pieces of large objects. What they say is said in
 * their order, and a failure among them counts as if the others had waited.
 */
export class StatementsAhead {
  readonly #state: ScriptState;
  #running: { readonly execution: Execution; readonly done: Promise<void> }[] = [];
  #bytes = 0;
  #failed = false;

  constructor(state: ScriptState) {
    this.#state = state;
  }

  get isEmpty(): boolean {
    return this.#running.length === 0;
  }

  /** Whether it may go ahead of the answers of others. */
  takes({ bytes, words }: FoundStatement): boolean {
    const { variables, session, timing, log } = this.#state;
    const [first, second] = words;
    if (
      second !== undefined ||
      timing ||
      log !== undefined ||
      variables.get("ON_ERROR_ROLLBACK") === "on" ||
      ["queries", "all"].includes(variables.get("ECHO") ?? "")
    )
      return false;
    if (first?.[0] === "select") return PLAIN_CALLS.test(bytes.toString("latin1", 0, 40)) && this.#isHarmless();
    return first?.[0] === "insert" && (session.transaction !== "idle" || variables.isOn("AUTOCOMMIT")) && this.#isHarmless();
  }

  /** Outside of a transaction a failure would not keep what comes after it from happening. */
  #isHarmless(): boolean {
    return this.#state.session.transaction === "in-transaction" || !this.#state.variables.isOn("ON_ERROR_STOP");
  }

  /** Sends it; a promise when enough is under way. It gives whether all went well. */
  add({ bytes }: FoundStatement): Promise<boolean> | undefined {
    const execution = new Execution(this.#state, bytes, "print");
    const stops = this.#state.variables.isOn("ON_ERROR_STOP");
    const done = execution.runSoon(() => stops && this.#failed).then(() => undefined);
    // Looked at when the others are done too.
    done.catch(() => undefined);
    execution.onFailure = () => (this.#failed = true);
    this.#running.push({ execution, done });
    this.#bytes += bytes.length;
    return this.#running.length >= STATEMENTS_MAX || this.#bytes >= BYTES_MAX ? this.drain() : undefined;
  }

  /** Waits for all; gives whether all went well. */
  async drain(): Promise<boolean> {
    if (this.#running.length === 0) return true;
    const running = this.#running;
    this.#running = [];
    this.#bytes = 0;
    this.#state.session.flush();
    for (const { done } of running) await done;
    const last = running.at(-1)!.execution;
    const culprit = running.find(({ execution }) => execution.failed)?.execution;
    noteOutcome(this.#state, last);
    this.#state.lastStatement = last.statement;
    this.#failed = false;
    return culprit === undefined;
  }
}
