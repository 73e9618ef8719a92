import { abortedError, PgstowError, throwIfAborted } from "../core/errors.ts";
import { quoteLiteralPortably } from "../core/literals.ts";
import { isSpokenAsBytes } from "../core/text-bytes.ts";
import { connect, requestCancel } from "./connect.ts";
import type { ConnectOptions } from "./connect.ts";
import type { DataChannel } from "./data-channel.ts";
import { QueryPipeline, RefusedStatement } from "./query-pipeline.ts";
import type { CopyReaderMaker, RowTaker } from "./query-pipeline.ts";
import { connectionLost, noticeDiagnostic, serverError } from "./server-errors.ts";
import { versionNumber } from "./server-version.ts";
import { describeTarget } from "./settings.ts";
import type { ConnectionSettings } from "./settings.ts";
import type { Wire } from "./wire.ts";

/**
 * One connection for small queries. Queries that are started without waiting for each other go out together and wait for the server
 * once. Transaction control is a plain query.
 */
export interface CatalogSession {
  /** The server's server_version: "18.4", "16.11 (Debian ...)". */
  readonly serverVersion: string;
  /** server_version_num: 180004. */
  readonly serverVersionNum: number;
  readonly major: number;
  /** What the server reports of itself, current: server_encoding, standard_conforming_strings, is_superuser, in_hot_standby, TimeZone, ... */
  readonly parameters: ReadonlyMap<string, string>;
  /** To open further sessions with the same server. */
  readonly sameServer: ConnectionSettings;
  /** Sequential waits for the server so far. */
  readonly roundTrips: number;
  /**
   * Runs one statement (or several without rows). int2, int4, oid, float4 and float8 come as number, bool as boolean, null as null,
   * everything else as the server's text. Throws `server`, `connection-lost` or `aborted`.
   */
  query<Row = Record<string, CatalogValue>>(sql: string): Promise<Row[]>;
  /**
   * Runs a query whose rows are taken as they come: at most so many at a time, at the end once more with those that are left, and always
   * before the rows of a query that was started later. What `take` throws is thrown.
   */
  queryInParts<Row>(sql: string, atOnceMax: number, take: (rows: Row[]) => void): Promise<void>;
  /**
   * Sets client_encoding; gives the name by which the server calls it. In any other encoding than UTF8 text is bytes from then on, one
   * character each, in statements and values and also on the data channel that the session becomes.
   */
  speak(encoding: string): Promise<string>;
  /**
   * Runs a COPY ... TO STDOUT behind what is under way; what comes of it goes to the reader. Gives the command tag ("COPY 3"). For
   * RowsAhead, which knows what to do with the data.
   */
  copy(sql: string, reader: CopyReaderMaker): Promise<string>;
  /** Nothing more is read from the server until `resume`. */
  pause(): void;
  resume(): void;
  /** Asks the server to cancel the running statement, which then throws `server` 57014. Never rejects. */
  cancel(): Promise<void>;
  /** Ends this view of the session and goes on with it as a channel for rows: the same connection, transaction, snapshot and locks. */
  becomeDataChannel(): Promise<DataChannel>;
  close(): Promise<void>;
}

export type CatalogValue = string | number | boolean | null;

/** Opens a session; throws `connection` with one line that says what is wrong. */
export async function openCatalogSession(settings: ConnectionSettings, options: ConnectOptions = {}): Promise<CatalogSession> {
  const wire = await connect(settings, options);
  return new WireSession(wire, options);
}

class WireSession implements CatalogSession {
  readonly serverVersion: string;
  readonly serverVersionNum: number;
  readonly major: number;
  readonly parameters: ReadonlyMap<string, string>;
  readonly #wire: Wire;
  readonly #pipeline: QueryPipeline;
  readonly #options: ConnectOptions;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => {
    this.#cancelling = requestCancel(this.#wire);
    this.#wire.destroy();
  };
  #closed = false;
  #cancelling: Promise<void> | undefined;
  #running = 0;
  #roundTrips = 0;

  constructor(wire: Wire, options: ConnectOptions) {
    const parameters = new Map(wire.parameters);
    this.#wire = wire;
    this.parameters = parameters;
    this.#options = options;
    this.#signal = options.signal;
    this.#pipeline = new QueryPipeline(wire, {
      notice: (report) => options.onDiagnostic?.(noticeDiagnostic(report)),
      parameter: (name, value) => parameters.set(name, value),
    });
    this.serverVersion = wire.parameters.get("server_version") ?? "";
    this.serverVersionNum = versionNumber(this.serverVersion);
    this.major = Math.floor(this.serverVersionNum / 10_000);
    this.#signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  get roundTrips(): number {
    return this.#roundTrips;
  }

  get sameServer(): ConnectionSettings {
    const { settings, host } = this.#wire.origin;
    // Passwords that were typed in are known by the settings themselves.
    return settings.hosts.length === 1 ? settings : { ...settings, hosts: [host] };
  }

  async query<Row>(statement: string): Promise<Row[]> {
    return (await this.#run<Row>(statement)).rows;
  }

  async queryInParts<Row>(statement: string, atOnceMax: number, take: (rows: Row[]) => void): Promise<void> {
    const failures: unknown[] = [];
    const takeOrFail = (rows: object[]): void => {
      if (failures.length > 0) return;
      try {
        take(rows as Row[]);
      } catch (error) {
        failures.push(error);
      }
    };
    await this.#run(statement, undefined, { atOnceMax, take: takeOrFail });
    if (failures.length > 0) throw failures[0];
  }

  async copy(statement: string, reader: CopyReaderMaker): Promise<string> {
    return (await this.#run(statement, reader)).tag;
  }

  pause(): void {
    this.#wire.pause();
  }

  resume(): void {
    this.#wire.resume();
  }

  cancel(): Promise<void> {
    return requestCancel(this.#wire);
  }

  async #run<Row>(statement: string, reader?: CopyReaderMaker, taker?: RowTaker): Promise<{ rows: Row[]; tag: string }> {
    throwIfAborted(this.#signal);
    if (this.#closed) throw new PgstowError("connection-lost", `the session with ${this.#target()} is closed`);
    if (this.#running++ === 0) this.#roundTrips++;
    try {
      return (await this.#pipeline.query(statement, reader, taker)) as { rows: Row[]; tag: string };
    } catch (error) {
      throw this.#translate(error, statement);
    } finally {
      this.#running--;
    }
  }

  async speak(encoding: string): Promise<string> {
    await this.query(`SET client_encoding = ${quoteLiteralPortably(encoding)}`);
    const spoken = this.parameters.get("client_encoding") ?? encoding;
    this.#wire.textForm = isSpokenAsBytes(spoken) ? "latin1" : "utf8";
    return spoken;
  }

  async becomeDataChannel(): Promise<DataChannel> {
    throwIfAborted(this.#signal);
    if (this.#closed || this.#running > 0)
      throw new PgstowError("internal", "a session that is closed or busy cannot become a data channel");
    this.#closed = true;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    // Most dumps of definitions never get here: the driver is loaded when it is needed.
    const { openChannelOn } = await import("./data-channel.ts");
    this.#wire.changeDriver();
    try {
      return await openChannelOn(this.#wire, this.#options);
    } catch (error) {
      await this.#wire.terminate();
      throw error;
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    // What still runs would keep the server from hearing the goodbye.
    if (this.#running > 0) this.#cancelling ??= requestCancel(this.#wire);
    await this.#cancelling;
    await this.#wire.terminate();
  }

  #translate(error: unknown, statement: string): PgstowError {
    if (this.#signal?.aborted === true) return abortedError(this.#signal);
    if (error instanceof RefusedStatement) return serverError(error.report, statement, error);
    if (error instanceof PgstowError) return error;
    return connectionLost(this.#target(), this.#wire.lastWords, statement, error);
  }

  #target(): string {
    return describeTarget(this.#wire.origin.settings, this.#wire.origin.host);
  }
}
