import { Client } from "pg";
import type { ClientConfig, QueryResult } from "pg";
import { abortedError, PgstowError, throwIfAborted } from "../core/errors.ts";
import { connect, requestCancel } from "./connect.ts";
import { CopyQuery, type CopyStatement, SentQuery } from "./driver-queries.ts";
import { encodeMessage, encodeQuery } from "./messages.ts";
import type { ConnectOptions } from "./connect.ts";
import { connectionLost, noticeDiagnostic, reportOfDriverError, serverError } from "./server-errors.ts";
import { describeTarget } from "./settings.ts";
import type { ConnectionSettings } from "./settings.ts";
import { versionNumber } from "./server-version.ts";
import type { Wire } from "./wire.ts";

/** All values as the server's text. */
export type TextRow = Record<string, string | null>;

export interface StatementResult {
  /** First word of the command tag: SELECT, INSERT, ... "" for an empty statement. */
  readonly command: string;
  readonly rows: TextRow[];
  /** Rows that the command tag tells; 0 when it tells none. */
  readonly rowCount: number;
}

/** A statement that has been sent and is answered when its turn comes. */
export interface SentStatement {
  /** The tag of its last command ("COPY 3"); rejects as `query` does. */
  readonly answer: Promise<string>;
  /** Whether the answer is here. */
  readonly answered: boolean;
  /** For what follows a COPY ... FROM STDIN. */
  readonly wire: Wire;
}

/** One connection for scripts and for rows through COPY; one statement at a time, the next waits. */
export interface DataChannel {
  readonly serverVersion: string;
  readonly serverVersionNum: number;
  readonly major: number;
  readonly parameters: ReadonlyMap<string, string>;
  /**
   * Runs a script of one or more statements in the simple protocol; gives the rows of the last one, and all results. Throws `server` with
   * the position in the script, `connection-lost` or `aborted`.
   */
  query(sql: string): Promise<{ readonly rows: TextRow[]; readonly results: readonly StatementResult[] }>;
  /** Runs a COPY; gives its command tag ("COPY 3"). For copyOut and copyIn, which know what to do with the data. */
  copy(statement: CopyStatement): Promise<string>;
  /**
   * Sends a script of one or more statements behind those that are still under way, without waiting for any of them. Each is answered by
   * itself, in the order in which they were sent. With `rows` it is one COPY ... FROM STDIN whose rows the caller writes to the wire
   * right away, and their end: the server ignores them when it refuses the statement. A statement that asks for rows out of turn ends
   * the session, because nobody could tell its rows from the next statement. A script as bytes is in the session's client_encoding.
   */
  send(sql: string | Uint8Array, rows?: "rows"): SentStatement;
  /** From now on a character of a statement is a byte of the session's client_encoding, which somebody sets to what that is. */
  speakBytes(): void;
  /** Asks the server to cancel the running statement, which then throws `server` 57014. Never rejects. */
  cancel(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a channel; throws `connection` with one line that says what is wrong. */
export async function openDataChannel(settings: ConnectionSettings, options: ConnectOptions = {}): Promise<DataChannel> {
  return openChannelOn(await connect(settings, options), options);
}

/** Makes a channel of a session that is open already and that no driver uses. */
export async function openChannelOn(wire: Wire, options: ConnectOptions): Promise<DataChannel> {
  const { settings } = wire.origin;
  const client = new Client({
    stream: () => wire,
    host: wire.origin.host.host,
    port: wire.origin.host.port,
    user: settings.user,
    database: settings.database,
    password: "",
    ssl: false,
    // Otherwise PGSSLNEGOTIATION would count a second time.
    sslnegotiation: "postgres",
    types: { getTypeParser: () => (text: string) => text },
  } as unknown as ClientConfig);
  // Whoever runs a statement is told; without a listener the process would end.
  client.on("error", () => undefined);
  client.on("notice", ({ code, message, detail, hint }) =>
    options.onDiagnostic?.(noticeDiagnostic({ sqlstate: code ?? "", message: message ?? "", detail, hint })),
  );
  await client.connect();
  return new DriverChannel(wire, client, options.signal);
}

class DriverChannel implements DataChannel {
  readonly serverVersion: string;
  readonly serverVersionNum: number;
  readonly major: number;
  readonly parameters: ReadonlyMap<string, string>;
  readonly #wire: Wire;
  readonly #client: Client;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => {
    this.#cancelling = requestCancel(this.#wire);
    this.#wire.destroy();
  };
  #queue: Promise<unknown> = Promise.resolve();
  #closed = false;
  #running = 0;
  /** What has been sent and not answered. The driver knows of the first only. */
  readonly #outbox: SentQuery[] = [];
  #onIdle: (() => void) | undefined;
  #cancelling: Promise<void> | undefined;

  constructor(wire: Wire, client: Client, signal: AbortSignal | undefined) {
    this.#wire = wire;
    this.#client = client;
    this.#signal = signal;
    this.parameters = wire.parameters;
    this.serverVersion = wire.parameters.get("server_version") ?? "";
    this.serverVersionNum = versionNumber(this.serverVersion);
    this.major = Math.floor(this.serverVersionNum / 10_000);
    signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  query(sql: string): Promise<{ rows: TextRow[]; results: StatementResult[] }> {
    return this.#inTurn(sql, async () => {
      const answer: unknown = await this.#client.query(sql);
      const list = (Array.isArray(answer) ? answer : [answer]) as QueryResult<TextRow>[];
      const results = list.map(({ command, rows, rowCount }) => ({
        command: (command as string | null) ?? "",
        rows,
        rowCount: rowCount ?? 0,
      }));
      return { rows: results.at(-1)?.rows ?? [], results };
    });
  }

  copy(statement: CopyStatement): Promise<string> {
    return this.#inTurn(statement.sql, () => {
      return new Promise<string>((resolve, reject) => {
        this.#client.query(new CopyQuery(statement, this.#wire, resolve, reject));
      });
    });
  }

  send(sql: string | Uint8Array, rows?: "rows"): SentStatement {
    if (this.#running > 0) throw new PgstowError("internal", "a statement was sent while the channel waits for another one");
    const wire = this.#wire;
    const text = () => (typeof sql === "string" ? sql : Buffer.from(sql.buffer, sql.byteOffset, Math.min(sql.length, 4096)).toString());
    let answered = false;
    const answer = new Promise<string>((resolve, reject) => {
      throwIfAborted(this.#signal);
      if (this.#closed) throw new PgstowError("connection-lost", `the session with ${this.#target()} is closed`);
      const settle = () => {
        if (answered) return;
        answered = true;
        this.#handOverNext();
      };
      const fail = (error: unknown) => {
        settle();
        reject(this.#translate(error, text()));
      };
      const done = (tag: string) => {
        settle();
        resolve(tag);
      };
      wire.write(typeof sql === "string" ? encodeQuery(sql, wire.textForm) : encodeMessage("Q", Buffer.concat([sql, ZERO])));
      this.#outbox.push(new SentQuery(rows === undefined ? 0 : 1, wire, done, fail));
      if (this.#outbox.length === 1) this.#client.query(this.#outbox[0]!);
    });
    return {
      answer,
      wire,
      get answered() {
        return answered;
      },
    };
  }

  #handOverNext(): void {
    this.#outbox.shift();
    const [next] = this.#outbox;
    if (next === undefined) this.#onIdle?.();
    else this.#client.query(next);
  }

  async #allAnswered(): Promise<void> {
    if (this.#outbox.length > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
  }

  speakBytes(): void {
    this.#wire.textForm = "latin1";
    // The driver would send every statement as UTF8.
    const driver = this.#client as unknown as { readonly connection: { query: (sql: string) => void } };
    driver.connection.query = (sql) => this.#wire.write(encodeQuery(sql, "latin1"));
  }

  async cancel(): Promise<void> {
    await requestCancel(this.#wire);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    // What still runs would keep the server from hearing the goodbye.
    if (this.#running + this.#outbox.length > 0) this.#cancelling ??= requestCancel(this.#wire);
    await this.#cancelling;
    await this.#wire.terminate();
  }

  /** One statement after the other: the driver's own queue is on its way out. */
  #inTurn<T>(sql: string, run: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(async () => {
      await this.#allAnswered();
      throwIfAborted(this.#signal);
      if (this.#closed) throw new PgstowError("connection-lost", `the session with ${this.#target()} is closed`);
      this.#running++;
      try {
        return await run();
      } catch (error) {
        throw this.#translate(error, sql);
      } finally {
        this.#running--;
      }
    });
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  #translate(error: unknown, statement: string): PgstowError {
    if (this.#signal?.aborted === true) return abortedError(this.#signal);
    if (error instanceof PgstowError) return error;
    const report = reportOfDriverError(error);
    if (report !== undefined) return serverError(report, statement, error);
    return connectionLost(this.#target(), this.#wire.lastWords, statement, error);
  }

  #target(): string {
    return describeTarget(this.#wire.origin.settings, this.#wire.origin.host);
  }
}

const ZERO = Buffer.alloc(1);
