import type { LineSource } from "./line-source.ts";
import { printTable } from "./print/print-table.ts";
import { standsRight } from "./print/table.ts";
import type { Table } from "./print/table.ts";
import type { ScriptPlace } from "./script-place.ts";
import type { AnswerHandler, ResultField, ScriptSession } from "./script-session.ts";
import type { ScriptState } from "./script-state.ts";
import type { ReportFields } from "./server-message.ts";

/** What becomes of the rows of a statement. */
export type ResultUse = "print" | "collect";

export interface Result {
  readonly fields: readonly ResultField[];
  readonly rows: (readonly (Buffer | null)[])[];
}

/** One message to the server and what comes of it: results go out as they are complete, rows of COPY as they arrive. */
export class Execution implements AnswerHandler {
  readonly statement: Buffer;
  readonly place: ScriptPlace;
  failed = false;
  /** Rows that the last command tag told. */
  rowCount = 0;
  /** What was collected, when that was asked for. */
  readonly results: Result[] = [];
  /** First word of the last command tag. */
  lastTag = "";
  error: ReportFields | undefined;
  onFailure: () => void = () => undefined;
  readonly #state: ScriptState;
  readonly #session: ScriptSession;
  readonly #use: ResultUse;
  #current: Result | undefined;
  #copying: Promise<void> | undefined;
  #isCopyingOut = false;
  #silenced: () => boolean = () => false;

  constructor(state: ScriptState, statement: Buffer, use: ResultUse) {
    this.#state = state;
    this.#session = state.session;
    this.#use = use;
    this.statement = statement;
    this.place = state.place;
  }

  /** Runs it to its end. */
  async run(): Promise<void> {
    await this.#session.run(this.statement, this);
    await this.#copying;
  }

  /** Sends it behind others that are not answered yet. What it says is not heard once `silenced`. */
  async runSoon(silenced: () => boolean): Promise<void> {
    this.#silenced = silenced;
    await this.#session.runSoon(this.statement, this);
  }

  onFields(fields: readonly ResultField[]): void {
    // A rule may add a query of its own; it has no tag.
    if (this.#current !== undefined) this.#finish(this.#current);
    this.#current = { fields, rows: [] };
  }

  onRow(values: readonly (Buffer | null)[]): void {
    if (!this.#state.dropsResults || this.#use === "collect") this.#current?.rows.push(values);
  }

  onDone(tag: string): void {
    const result = this.#current;
    this.#current = undefined;
    if (this.#silenced()) return;
    this.lastTag = tag;
    if (/^(?:COPY|INSERT)\b/.test(tag) && !this.#isCopyingOut) this.#state.rows += Number(/ (\d+)$/.exec(tag)?.[1] ?? 0);
    this.rowCount = Number(/ (\d+)$/.exec(tag)?.[1] ?? 0);
    if (this.#isCopyingOut) {
      this.#isCopyingOut = false;
      this.rowCount = 0;
      return;
    }
    if (result !== undefined) this.#finish(result);
    if (this.#use === "collect" && result !== undefined) return;
    const says = tag !== "" && (result === undefined || /^(?:INSERT|UPDATE|DELETE|MERGE)\b/.test(tag));
    if (says && !this.#state.variables.isOn("QUIET")) void this.#state.write(Buffer.from(`${tag}\n`, "latin1"));
  }

  onError(report: ReportFields): void {
    this.#current = undefined;
    if (this.#silenced()) return;
    this.failed = true;
    this.error = report;
    this.onFailure();
    this.#state.reporter.serverError(report, this.statement, this.#placeNow());
  }

  onNotice(report: ReportFields): void {
    if (!this.#silenced()) this.#state.reporter.notice(report, this.statement, this.#placeNow());
  }

  onNotification(channel: string, payload: string, processId: number): void {
    const content = payload === "" ? "" : ` with payload "${payload}"`;
    const text = `Asynchronous notification "${channel}"${content} received from server process with PID ${String(processId)}.\n`;
    void this.#state.write(Buffer.from(text, this.#session.textEncoding));
  }

  onCopyIn(binary: boolean): void {
    const before = this.#copying ?? Promise.resolve();
    this.#copying = before.then(() => this.#sendRows(binary));
    // Awaited when the server has answered.
    this.#copying.catch(() => undefined);
  }

  onCopyOut(): void {
    this.#isCopyingOut = true;
  }

  onCopyData(bytes: Buffer): void {
    const slow = this.#state.write(bytes);
    if (slow === undefined) return;
    this.#session.pause();
    void slow.finally(() => this.#session.resume());
  }

  /** Rows move the place on. */
  #placeNow(): ScriptPlace {
    return this.#copying === undefined || this.#state.dropsResults ? this.place : this.#state.place;
  }

  async #sendRows(binary: boolean): Promise<void> {
    const source = this.#state.copySource;
    const complete = await this.#pump(source, binary);
    if (this.failed || this.#session.isLost) return;
    const problem = complete || binary ? undefined : this.#state.onCopyCut?.();
    this.#session.endCopy(problem);
  }

  /** Rows that the server does not want any more are passed over all the same. Gives whether their end was marked. */
  async #pump(source: LineSource, binary: boolean): Promise<boolean> {
    const rows = binary ? source.everything() : source.copyData();
    for (;;) {
      const next = await rows.next();
      if (next.done === true) return next.value === true;
      if (this.failed || this.#session.isLost) continue;
      const slow = this.#session.copyData(next.value);
      this.#state.onRows?.(source);
      if (slow !== undefined) await slow;
    }
  }

  #finish(result: Result): void {
    if (this.#silenced()) return;
    if (this.#use === "collect") {
      this.results.push(result);
      return;
    }
    if (this.#state.dropsResults) return;
    const { textEncoding } = this.#session;
    const table: Table = {
      title: this.#state.print.title,
      columns: result.fields.map(({ name, typeOid }) => ({ name, right: standsRight(typeOid) })),
      rows: result.rows.map((row) => row.map((value) => value?.toString(textEncoding) ?? null)),
    };
    this.#state.printTable(table);
  }
}

/** The text of a table as bytes, some at a time. */
export function* tableBytes(table: Table, state: Pick<ScriptState, "print" | "session">): Generator<Buffer> {
  const { textEncoding } = state.session;
  let text = "";
  for (const piece of printTable(table, state.print, textEncoding === "utf8")) {
    text += piece;
    if (text.length < 64 * 1024) continue;
    yield Buffer.from(text, textEncoding);
    text = "";
  }
  if (text !== "") yield Buffer.from(text, textEncoding);
}
