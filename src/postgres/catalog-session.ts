import postgres from "postgres";
import type { DiagnosticSink } from "../core/diagnostics.ts";
import { abortedError, PgstowError, throwIfAborted } from "../core/errors.ts";
import { connect, requestCancel } from "./connect.ts";
import type { ConnectOptions } from "./connect.ts";
import { openChannelOn } from "./data-channel.ts";
import type { DataChannel } from "./data-channel.ts";
import { connectionLost, noticeDiagnostic, reportOfDriverError, serverError } from "./server-errors.ts";
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
  /** Sequential waits for the server so far. */
  readonly roundTrips: number;
  /**
   * Runs one statement (or several without rows). int2, int4, oid, float4 and float8 come as number, bool as boolean, null as null,
   * everything else as the server's text. Throws `server`, `connection-lost` or `aborted`.
   */
  query<Row = Record<string, CatalogValue>>(sql: string): Promise<Row[]>;
  /** Ends this view of the session and goes on with it as a channel for rows: the same connection, transaction, snapshot and locks. */
  becomeDataChannel(): Promise<DataChannel>;
  close(): Promise<void>;
}

export type CatalogValue = string | number | boolean | null;

/** More than any batch of catalog queries; the driver would hold back what goes beyond. */
const PIPELINED_QUERIES_MAX = 100_000;

/** EmptyQueryResponse, and ReadyForQuery outside a transaction. */
const EMPTY_QUERY_ANSWER = Buffer.from([0x49, 0, 0, 0, 4, 0x5a, 0, 0, 0, 5, 0x49]);

/** Types whose values the driver would turn into objects: json, jsonb, date, timestamp, timestamptz, bytea, and their arrays stay text by themselves. */
const RAW_TEXT_TYPES = [114, 3802, 1082, 1114, 1184, 17];

/** Opens a session; throws `connection` with one line that says what is wrong. */
export async function openCatalogSession(settings: ConnectionSettings, options: ConnectOptions = {}): Promise<CatalogSession> {
  const wire = await connect(settings, options);
  const parameters = new Map(wire.parameters);
  const sql = openDriver(wire, parameters, options.onDiagnostic);
  // The driver sends nothing else beside its first query. An empty one, answered on the spot, lets the first real batch go out whole.
  wire.answer(EMPTY_QUERY_ANSWER);
  await sql.unsafe("");
  return new DriverSession(wire, sql, parameters, options);
}

class DriverSession implements CatalogSession {
  readonly serverVersion: string;
  readonly serverVersionNum: number;
  readonly major: number;
  readonly parameters: ReadonlyMap<string, string>;
  readonly #wire: Wire;
  readonly #sql: postgres.Sql;
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

  constructor(wire: Wire, sql: postgres.Sql, parameters: ReadonlyMap<string, string>, options: ConnectOptions) {
    this.#wire = wire;
    this.parameters = parameters;
    this.#sql = sql;
    this.#options = options;
    this.#signal = options.signal;
    this.serverVersion = wire.parameters.get("server_version") ?? "";
    this.serverVersionNum = versionNumber(this.serverVersion);
    this.major = Math.floor(this.serverVersionNum / 10_000);
    this.#signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  get roundTrips(): number {
    return this.#roundTrips;
  }

  async query<Row>(statement: string): Promise<Row[]> {
    throwIfAborted(this.#signal);
    if (this.#closed) throw new PgstowError("connection-lost", `the session with ${this.#target()} is closed`);
    if (this.#running++ === 0) this.#roundTrips++;
    try {
      const result: unknown = await this.#sql.unsafe(statement);
      return rowsOf(result) as Row[];
    } catch (error) {
      throw this.#translate(error, statement);
    } finally {
      this.#running--;
    }
  }

  async becomeDataChannel(): Promise<DataChannel> {
    throwIfAborted(this.#signal);
    if (this.#closed || this.#running > 0)
      throw new PgstowError("internal", "a session that is closed or busy cannot become a data channel");
    this.#closed = true;
    this.#signal?.removeEventListener("abort", this.#onAbort);
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
    const report = reportOfDriverError(error);
    if (report !== undefined) return serverError(report, statement, error);
    if (error instanceof PgstowError) return error;
    return connectionLost(this.#target(), this.#wire.lastWords, statement, error);
  }

  #target(): string {
    return describeTarget(this.#wire.origin.settings, this.#wire.origin.host);
  }
}

function openDriver(wire: Wire, parameters: Map<string, string>, onDiagnostic: DiagnosticSink | undefined): postgres.Sql {
  const { settings, host } = wire.origin;
  let used = false;
  const first = postgres({
    host: host.host,
    port: host.port,
    database: settings.database,
    user: settings.user,
    password: "",
    ssl: false,
    max: 1,
    idle_timeout: 0,
    connect_timeout: 0,
    max_lifetime: null,
    fetch_types: false,
    prepare: false,
    // Any value that the driver knows keeps it from refusing what it does not know in PGTARGETSESSIONATTRS; taken out again below.
    target_session_attrs: "primary",
    types: { text: { to: 25, from: RAW_TEXT_TYPES, serialize: String, parse: (text: string) => text } },
    onparameter: (name: string, value: string) => parameters.set(name, value),
    onnotice: (notice: postgres.Notice) =>
      onDiagnostic?.(
        noticeDiagnostic({
          sqlstate: notice["code"] ?? "",
          message: notice["message"] ?? "",
          detail: notice["detail"],
          hint: notice["hint"],
        }),
      ),
    // A session cannot be had again once it is lost: its transaction and snapshot are gone. So the driver's reconnect must fail.
    socket: () => {
      if (used) throw new Error("the connection was lost");
      used = true;
      return wire;
    },
  } as unknown as postgres.Options<Record<string, never>>);
  const options = { ...first.options, target_session_attrs: undefined, max_pipeline: PIPELINED_QUERIES_MAX };
  return postgres(options as unknown as postgres.Options<Record<string, never>>);
}

/** Rows of a result; of the last one when the text held several statements. */
function rowsOf(result: unknown): unknown[] {
  const list = result as unknown[] & { command?: string };
  const last: unknown = list.command === undefined && Array.isArray(list.at(-1)) ? list.at(-1) : list;
  return [...(last as unknown[])];
}
