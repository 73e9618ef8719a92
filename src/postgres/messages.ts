import type { Duplex } from "node:stream";
import { PgstowError } from "../core/errors.ts";

/** One message of the server, as frame (type, length, body) and body alone. */
export interface Message {
  /** The type's letter as a character code. */
  readonly type: number;
  readonly frame: Buffer;
  readonly body: Buffer;
}

/** Letters of the messages that we look into. */
export const TYPE = {
  authentication: 0x52,
  backendKey: 0x4b,
  commandComplete: 0x43,
  copyData: 0x64,
  copyDone: 0x63,
  dataRow: 0x44,
  error: 0x45,
  notice: 0x4e,
  parameterStatus: 0x53,
  ready: 0x5a,
} as const;

const HEADER_BYTES = 5;
/** Nothing that a server says before a session is ready comes near this; a foreign protocol's bytes read as lengths do. */
const STARTUP_MESSAGE_BYTES_MAX = 1 << 20;
const PROTOCOL_3_0 = 0x30000;
const CANCEL_REQUEST = 80877102;
const SSL_REQUEST = 80877103;

export function encodeMessage(type: string, body: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  frame.write(type, 0, "latin1");
  frame.writeUInt32BE(body.length + 4, 1);
  frame.set(body, HEADER_BYTES);
  return frame;
}

/** An empty value leaves its parameter out. */
export function encodeStartup(parameters: Readonly<Record<string, string>>): Buffer {
  const given = Object.entries(parameters).filter(([, value]) => value !== "");
  const pairs = given.map(([name, value]) => `${name}\0${value}\0`);
  return encodeUntyped(PROTOCOL_3_0, Buffer.from(`${pairs.join("")}\0`, "utf8"));
}

export function encodeTlsRequest(): Buffer {
  return encodeUntyped(SSL_REQUEST, Buffer.alloc(0));
}

export function encodeCancel(backendKey: Uint8Array): Buffer {
  return encodeUntyped(CANCEL_REQUEST, backendKey);
}

/** How the characters of statements and values stand for bytes: as UTF8, or (latin1) each for one byte of whatever the session speaks. */
export type TextForm = "utf8" | "latin1";

export function encodeQuery(sql: string, form: TextForm = "utf8"): Buffer {
  return encodeMessage("Q", Buffer.from(`${sql}\0`, form));
}

export function cstring(text: string): Buffer {
  return Buffer.from(`${text}\0`, "utf8");
}

function encodeUntyped(code: number, body: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(8 + body.length);
  frame.writeUInt32BE(frame.length, 0);
  frame.writeUInt32BE(code, 4);
  frame.set(body, 8);
  return frame;
}

/** Zero-terminated strings up to the end of a body. */
export function readStrings(body: Buffer): string[] {
  const strings = body.toString("utf8").split("\0");
  strings.pop();
  return strings;
}

/** Columns of a DataRow as text. */
export function readDataRow(body: Buffer): (string | null)[] {
  const values: (string | null)[] = [];
  let at = 2;
  for (let column = body.readUInt16BE(0); column > 0; column--) {
    const length = body.readInt32BE(at);
    at += 4;
    values.push(length < 0 ? null : body.toString("utf8", at, at + length));
    at += Math.max(length, 0);
  }
  return values;
}

/** Reads messages one by one while a session is being opened. Give the socket back with `detach`. */
export class MessageReader {
  readonly #socket: Duplex;
  #buffered: Buffer = Buffer.alloc(0);
  #failure: Error | undefined;
  #wake: (() => void) | undefined;
  readonly #onData = (chunk: Buffer): void => {
    this.#buffered = this.#buffered.length === 0 ? chunk : Buffer.concat([this.#buffered, chunk]);
    this.#wake?.();
  };
  readonly #onError = (error: Error): void => {
    this.#failure ??= error;
    this.#wake?.();
  };
  readonly #onClose = (): void => {
    this.#onError(new PgstowError("connection", "the server closed the connection"));
  };

  constructor(socket: Duplex) {
    this.#socket = socket;
    socket.on("data", this.#onData).on("error", this.#onError).on("end", this.#onClose).on("close", this.#onClose);
    socket.resume();
  }

  /** The next message; throws what the socket failed with. */
  async next(): Promise<Message> {
    for (;;) {
      const message = this.#take();
      if (message !== undefined) return message;
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** The next message that is not asynchronous news (notices, parameter changes); the others go to `onNews`. */
  async nextAnswer(onNews: (message: Message) => void): Promise<Message> {
    for (;;) {
      const message = await this.next();
      if (message.type !== TYPE.notice && message.type !== TYPE.parameterStatus) return message;
      onNews(message);
    }
  }

  /** Stops listening; returns bytes that were read beyond the last message. The socket is paused. */
  detach(): Buffer {
    this.#socket.pause();
    this.#socket.off("data", this.#onData).off("error", this.#onError).off("end", this.#onClose).off("close", this.#onClose);
    return this.#buffered;
  }

  #take(): Message | undefined {
    if (this.#buffered.length < HEADER_BYTES) return undefined;
    const length = this.#buffered.readUInt32BE(1);
    if (length < 4 || length > STARTUP_MESSAGE_BYTES_MAX) {
      throw new PgstowError("connection", "what answers does not speak PostgreSQL's protocol", { hint: "check host and port" });
    }
    const end = 1 + length;
    if (this.#buffered.length < end) return undefined;
    const frame = this.#buffered.subarray(0, end);
    this.#buffered = this.#buffered.subarray(end);
    return { type: frame[0]!, frame, body: frame.subarray(HEADER_BYTES) };
  }
}
