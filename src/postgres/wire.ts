import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import type { OpenSession } from "./handshake.ts";
import type { HostSettings } from "./hosts.ts";
import { encodeMessage, TYPE } from "./messages.ts";
import type { TextForm } from "./messages.ts";
import { readServerReport } from "./server-errors.ts";
import type { ServerReport } from "./server-errors.ts";
import type { ConnectionSettings } from "./settings.ts";
import type { Address } from "./socket.ts";

/** Where a session came from: what a CancelRequest needs to find it again. */
export interface WireOrigin {
  readonly settings: ConnectionSettings;
  readonly host: HostSettings;
  readonly address: Address;
  readonly backendKey: Buffer;
  readonly encrypted: boolean;
}

const CLOSE_TIMEOUT_MS = 5000;
const LAST_WORDS_BYTES_MAX = 8192;

/**
 * An authenticated session dressed up as the socket that a driver expects: it "connects" at once, swallows the driver's startup message
 * and answers it with what the server said when the session was opened. So there is one way to connect and authenticate.
 * COPY data can be read past the driver.
 */
export class Wire extends EventEmitter {
  readonly origin: WireOrigin;
  readonly parameters: ReadonlyMap<string, string>;
  /** Of statements and values; whoever sets another client_encoding than UTF8 sets it to bytes. */
  textForm: TextForm = "utf8";
  readonly #socket: Socket;
  readonly #greeting: Buffer;
  /** Answers to the driver's next messages, which the server does not see. */
  readonly #answers: Buffer[];
  #diversion: ((chunk: Buffer) => void) | undefined;
  #copiesWhatItKeeps = false;
  #lastChunk: Buffer = Buffer.alloc(0);

  constructor(session: OpenSession, origin: WireOrigin) {
    super();
    this.origin = origin;
    this.parameters = session.parameters;
    this.#socket = session.socket;
    this.#greeting = session.greeting;
    this.#answers = [session.greeting];
    this.#outliveErrors();
    for (const event of ["close", "drain", "end", "error"]) session.socket.on(event, (detail?: unknown) => this.emit(event, detail));
    session.socket.on("data", (chunk) => this.#receive(chunk, true));
    session.socket.on("lent", (chunk: Buffer) => this.#receive(chunk, false));
  }

  /** What the server said when it ended the session, as far as it arrived. */
  get lastWords(): ServerReport | undefined {
    const chunk = this.#lastChunk;
    for (let at = Math.max(0, chunk.length - LAST_WORDS_BYTES_MAX); at + 6 < chunk.length; at++) {
      if (chunk[at] === TYPE.error && chunk[at + 5] === 0x53 && chunk.readUInt32BE(at + 1) === chunk.length - at - 1) {
        return readServerReport(chunk.subarray(at + 5));
      }
    }
    return undefined;
  }

  get writable(): boolean {
    return this.#socket.writable;
  }

  get destroyed(): boolean {
    return this.#socket.destroyed;
  }

  get readyState(): string {
    return this.#socket.readyState;
  }

  get writableNeedDrain(): boolean {
    return this.#socket.writableNeedDrain;
  }

  /** Bytes go to `reader` from now on, not to the driver; they are lent, until it returns. */
  divert(reader: (chunk: Buffer) => void): void {
    this.#diversion = reader;
  }

  /** Ends a diversion; the driver gets what the reader left over. */
  restore(rest: Buffer): void {
    this.#diversion = undefined;
    if (rest.length > 0) this.deliver(rest);
  }

  /**
   * Takes the session without a driver: what is written goes to the server from the start. Gives the greeting, which nobody has read yet.
   * The bytes that "data" brings are lent: whoever keeps some of them copies these.
   */
  claim(): Buffer {
    this.#copiesWhatItKeeps = true;
    this.#answers.length = 0;
    this.#socket.resume();
    return this.#greeting;
  }

  /** Leaves the driver, which must be idle, for another one: that is greeted like the first and finds the session as it stands. */
  changeDriver(): void {
    this.#copiesWhatItKeeps = false;
    this.removeAllListeners();
    this.#outliveErrors();
    this.#answers.push(this.#greeting);
  }

  /** Hands bytes to the driver. What its parser throws ends the session, not the process. */
  deliver(chunk: Buffer): void {
    this.#guarded(() => this.emit("data", chunk));
  }

  connect(): this {
    queueMicrotask(() => this.emit("connect"));
    return this;
  }

  write(chunk: Uint8Array, ...callback: [((error?: Error | null) => void)?]): boolean {
    const answer = this.#answers.shift();
    if (answer !== undefined) {
      setImmediate(() => {
        this.#socket.resume();
        this.deliver(answer);
        callback[0]?.();
      });
      return true;
    }
    this.#socket.write(chunk, callback[0]);
    // Always "go on": a driver that stopped at the high-water mark would cut a batch of queries into several waits. Rows on their way
    // in look at writableNeedDrain.
    return true;
  }

  /** Says goodbye and waits for the end of the connection, or ends it after a while. */
  async terminate(): Promise<void> {
    if (this.destroyed) return;
    const closed = new Promise<void>((resolve) => this.once("close", () => resolve()));
    const timer = setTimeout(() => this.destroy(), CLOSE_TIMEOUT_MS);
    this.#socket.resume();
    this.#socket.end(encodeMessage("X", Buffer.alloc(0)));
    await closed;
    clearTimeout(timer);
  }

  end(chunk?: Uint8Array): this {
    if (chunk === undefined) this.#socket.end();
    else this.#socket.end(chunk);
    return this;
  }

  destroy(error?: Error): this {
    this.#socket.destroy(error);
    return this;
  }

  pause(): this {
    this.#socket.pause();
    return this;
  }

  resume(): this {
    this.#socket.resume();
    return this;
  }

  cork(): void {
    this.#socket.cork();
  }

  uncork(): void {
    this.#socket.uncork();
  }

  ref(): this {
    this.#socket.ref();
    return this;
  }

  unref(): this {
    this.#socket.unref();
    return this;
  }

  /** Set when the connection was opened, as the settings say. */
  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  /** A failure while no driver listens shows in the next one's first write. */
  #outliveErrors(): void {
    this.on("error", () => undefined);
  }

  #guarded(read: () => void): void {
    try {
      read();
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #receive(chunk: Buffer, isOurs: boolean): void {
    this.#lastChunk = chunk;
    if (this.#diversion !== undefined) this.#guarded(() => this.#diversion?.(chunk));
    else this.deliver(isOurs || this.#copiesWhatItKeeps ? chunk : Buffer.from(chunk));
  }
}
