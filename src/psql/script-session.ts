import { abortedError, PgstowError } from "../core/errors.ts";
import { connect, requestCancel } from "../postgres/connect.ts";
import type { ConnectOptions } from "../postgres/connect.ts";
import type { ConnectionSettings } from "../postgres/settings.ts";
import { describeTarget } from "../postgres/settings.ts";
import type { Wire } from "../postgres/wire.ts";
import { MessageCutter } from "./message-cutter.ts";
import { readReport } from "./server-message.ts";
import type { ReportFields } from "./server-message.ts";

/** A column of a result. */
export interface ResultField {
  readonly name: string;
  readonly typeOid: number;
}

/** The server's answers to one message, in their order. What a handler throws ends the session. */
export interface AnswerHandler {
  onFields(fields: readonly ResultField[]): void;
  /** Values in the session's encoding; null for NULL. */
  onRow(values: readonly (Buffer | null)[]): void;
  /** "" for an empty statement. */
  onDone(tag: string): void;
  onError(report: ReportFields): void;
  onNotice(report: ReportFields): void;
  /** Of NOTIFY. */
  onNotification(channel: string, payload: string, processId: number): void;
  /** The server waits for rows: they go through `copyData`, and `endCopy` ends them. */
  onCopyIn(binary: boolean): void;
  onCopyOut(binary: boolean): void;
  onCopyData(bytes: Buffer): void;
}

export type TransactionStatus = "idle" | "in-transaction" | "failed";

const STATUS: Readonly<Record<string, TransactionStatus>> = { I: "idle", T: "in-transaction", E: "failed" };
const COPY_DONE = Buffer.from("c\0\0\0\x04", "latin1");
const UNSENT_BYTES_MAX = 64 * 1024;
const COPY_FRAME_BYTES_MAX = 64 << 20;

interface Waiting {
  readonly handler: AnswerHandler;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** A session that takes statements as bytes, and tells what the server says as it comes. Statements may be sent before others are answered. */
export class ScriptSession {
  readonly settings: ConnectionSettings;
  /** What the server reports of its settings, as they stand now. */
  readonly parameters: Map<string, string>;
  transaction: TransactionStatus = "idle";
  /** Told what the server says between answers. */
  idle: Pick<AnswerHandler, "onNotice"> = silentHandler();
  readonly #wire: Wire;
  readonly #signal: AbortSignal | undefined;
  readonly #cutter = new MessageCutter();
  #waiting: Waiting[] = [];
  #unsent: Buffer[] = [];
  #unsentBytes = 0;
  #failure: PgstowError | undefined;
  #closing = false;
  readonly #abort = (): void => {
    void requestCancel(this.#wire).finally(() => this.#wire.destroy());
    this.#fail(abortedError(this.#signal!));
  };

  private constructor(wire: Wire, signal: AbortSignal | undefined) {
    this.#wire = wire;
    this.#signal = signal;
    this.settings = wire.origin.settings;
    this.parameters = new Map(wire.parameters);
    wire.on("data", (chunk: Buffer) => this.#receive(chunk));
    wire.on("close", () => this.#fail(this.#lost()));
    wire.on("error", (error: unknown) => this.#fail(this.#lost(error)));
    signal?.addEventListener("abort", this.#abort, { once: true });
  }

  /** Opens a session; throws a PgstowError `connection` or `aborted`. */
  static async open(settings: ConnectionSettings, options: ConnectOptions): Promise<ScriptSession> {
    const session = new ScriptSession(await connect(settings, options), options.signal);
    // The wire takes the first message for a driver's greeting, which the server's own answers.
    const greeted = session.#answerTo(Buffer.alloc(0), silentHandler());
    session.flush();
    await greeted;
    return session;
  }

  /** Names the host as the caller gave it, and the port. */
  get host(): { readonly host: string; readonly port: number; readonly address: string | undefined; readonly isSocket: boolean } {
    const { host, address } = this.#wire.origin;
    return {
      host: host.host,
      port: host.port,
      address: "host" in address ? address.host : undefined,
      isSocket: host.socketFolder,
    };
  }

  /** How text in the session's encoding is read so that it can be written again. */
  get textEncoding(): BufferEncoding {
    return this.parameters.get("client_encoding") === "UTF8" ? "utf8" : "latin1";
  }

  /** The session is of no use any more. */
  get isLost(): boolean {
    return this.#failure !== undefined;
  }

  /** Sends a message of one or more statements; done when the server is ready for the next. Throws `connection-lost` or `aborted`. */
  run(statement: Buffer, handler: AnswerHandler): Promise<void> {
    const answer = this.runSoon(statement, handler);
    this.flush();
    return answer;
  }

  /** The same, but it need not go out before `flush`. */
  runSoon(statement: Buffer, handler: AnswerHandler): Promise<void> {
    const message = Buffer.allocUnsafe(statement.length + 6);
    message[0] = 0x51;
    message.writeUInt32BE(statement.length + 5, 1);
    statement.copy(message, 5);
    message[message.length - 1] = 0;
    return this.#answerTo(message, handler);
  }

  flush(): void {
    if (this.#unsent.length === 0) return;
    this.#wire.write(this.#unsent.length === 1 ? this.#unsent[0]! : Buffer.concat(this.#unsent));
    this.#unsent = [];
    this.#unsentBytes = 0;
  }

  /** Sends rows; a promise while the server is slow. */
  copyData(bytes: Buffer): Promise<void> | undefined {
    this.#wire.cork();
    for (let at = 0; at < bytes.length; at += COPY_FRAME_BYTES_MAX) {
      const body = bytes.subarray(at, at + COPY_FRAME_BYTES_MAX);
      const header = Buffer.allocUnsafe(5);
      header[0] = 0x64;
      header.writeUInt32BE(body.length + 4, 1);
      this.#wire.write(header);
      this.#wire.write(body);
    }
    this.#wire.uncork();
    return this.#wire.writableNeedDrain ? this.#drained() : undefined;
  }

  endCopy(failure?: string): void {
    if (failure === undefined) this.#wire.write(COPY_DONE);
    else {
      const reason = Buffer.from(`${failure}\0`);
      const header = Buffer.from("f\0\0\0\0", "latin1");
      header.writeUInt32BE(reason.length + 4, 1);
      this.#wire.write(Buffer.concat([header, reason]));
    }
  }

  /** No more answers are read until `resume`. */
  pause(): void {
    this.#wire.pause();
  }

  resume(): void {
    this.#wire.resume();
  }

  async cancel(): Promise<void> {
    await requestCancel(this.#wire);
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#signal?.removeEventListener("abort", this.#abort);
    if (this.#waiting.length > 0) await requestCancel(this.#wire);
    await this.#wire.terminate();
  }

  #answerTo(message: Buffer, handler: AnswerHandler): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      this.#waiting.push({ handler, resolve, reject });
      this.#unsent.push(message);
      this.#unsentBytes += message.length;
      if (this.#unsentBytes >= UNSENT_BYTES_MAX) this.flush();
    });
  }

  #receive(chunk: Buffer): void {
    for (const { type, body } of this.#cutter.cut(chunk)) {
      this.#read(type, body);
    }
  }

  #read(type: string, body: Buffer): void {
    const handler = this.#waiting[0]?.handler;
    switch (type) {
      case "D":
        handler?.onRow(readValues(body));
        return;
      case "d":
        handler?.onCopyData(body);
        return;
      case "C":
        handler?.onDone(body.toString("latin1", 0, body.length - 1));
        return;
      case "I":
        handler?.onDone("");
        return;
      case "T":
        handler?.onFields(readFields(body, this.textEncoding));
        return;
      case "E":
        this.#lastError = readReport(body, this.textEncoding);
        handler?.onError(this.#lastError);
        return;
      case "N":
        (handler ?? this.idle).onNotice(readReport(body, this.textEncoding));
        return;
      case "A": {
        const [channel = "", payload = ""] = body.toString(this.textEncoding, 4).split("\0");
        handler?.onNotification(channel, payload, body.readUInt32BE(0));
        return;
      }
      case "G":
        handler?.onCopyIn(body[0] === 1);
        return;
      case "H":
        handler?.onCopyOut(body[0] === 1);
        return;
      case "S": {
        const [name = "", value = ""] = body.toString("utf8").split("\0");
        this.parameters.set(name, value);
        return;
      }
      case "Z":
        this.transaction = STATUS[String.fromCharCode(body[0]!)] ?? "idle";
        this.#waiting.shift()?.resolve();
        return;
      default:
    }
  }

  #lastError: ReportFields | undefined;

  #lost(cause?: unknown): PgstowError {
    const said = this.#lastError?.get("V") === "FATAL" || this.#lastError?.get("V") === "PANIC" ? this.#lastError.get("M") : undefined;
    const target = describeTarget(this.settings, this.#wire.origin.host);
    return new PgstowError(
      "connection-lost",
      said === undefined ? `lost the connection to ${target}` : `the server ended the session: ${said}`,
      {
        ...(cause === undefined ? {} : { cause }),
      },
    );
  }

  #fail(error: PgstowError): void {
    if (this.#closing && this.#waiting.length === 0) return;
    this.#failure ??= error;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) reject(this.#failure);
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#wire.off("drain", done);
        this.#wire.off("close", done);
        resolve();
      };
      this.#wire.once("drain", done);
      this.#wire.once("close", done);
    });
  }
}

/**
 * Opens a session in the encoding that the settings ask for, else in the database's own: a script's bytes go as they are. Throws a
 * PgstowError `connection` or `aborted`.
 */
export function openScriptSession(settings: ConnectionSettings, options: ConnectOptions): Promise<ScriptSession> {
  const { clientEncoding } = settings;
  const encoding = clientEncoding === undefined || clientEncoding === "auto" ? "" : clientEncoding;
  return ScriptSession.open({ ...settings, startupParameters: { ...settings.startupParameters, client_encoding: encoding } }, options);
}

/** Takes what comes and says nothing. */
export function silentHandler(): AnswerHandler {
  const nothing = (): void => undefined;
  return {
    onFields: nothing,
    onRow: nothing,
    onDone: nothing,
    onError: nothing,
    onNotice: nothing,
    onNotification: nothing,
    onCopyIn: nothing,
    onCopyOut: nothing,
    onCopyData: nothing,
  };
}

function readFields(body: Buffer, encoding: BufferEncoding): ResultField[] {
  const fields: ResultField[] = [];
  let at = 2;
  for (let count = body.readUInt16BE(0); count > 0; count--) {
    const end = body.indexOf(0, at);
    fields.push({ name: body.toString(encoding, at, end), typeOid: body.readUInt32BE(end + 7) });
    at = end + 19;
  }
  return fields;
}

function readValues(body: Buffer): (Buffer | null)[] {
  const values: (Buffer | null)[] = [];
  let at = 2;
  for (let count = body.readUInt16BE(0); count > 0; count--) {
    const length = body.readInt32BE(at);
    at += 4;
    values.push(length < 0 ? null : body.subarray(at, at + length));
    at += Math.max(length, 0);
  }
  return values;
}
