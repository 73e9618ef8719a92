import { encodeQuery, readStrings, TYPE } from "./messages.ts";
import { rowDecoder } from "./row-decoder.ts";
import type { RowDecoder } from "./row-decoder.ts";
import { readServerReport } from "./server-errors.ts";
import type { ServerReport } from "./server-errors.ts";
import type { Wire } from "./wire.ts";

const HEADER_BYTES = 5;
const ROW_DESCRIPTION = 0x54;

/** What the server says beside answers. */
export interface PipelineNews {
  notice(report: ServerReport): void;
  parameter(name: string, value: string): void;
}

/** The server refused a statement of a pipeline. */
export class RefusedStatement extends Error {
  readonly report: ServerReport;

  constructor(report: ServerReport) {
    super(report.message);
    this.report = report;
  }
}

/** What the server answers to a statement: rows of the last query, tag of the last command. */
export interface PipelineAnswer {
  readonly rows: object[];
  readonly tag: string;
}

/** Takes the bytes of a COPY ... TO STDOUT past the pipeline. */
export interface CopyReader {
  /** Takes what the socket gave; when the rows have ended, gives the bytes from there on. */
  push(chunk: Buffer): Buffer | undefined;
}

/** Makes a reader; `news` is for whole messages that came between the rows. */
export type CopyReaderMaker = (news: (frame: Buffer) => void) => CopyReader;

/** Takes the rows of an answer as they come, not more than so many at a time. It must not throw. */
export interface RowTaker {
  take(rows: object[]): void;
  readonly atOnceMax: number;
}

/** A query on its way, and its answer as far as it is there. */
interface Pending {
  readonly resolve: (answer: PipelineAnswer) => void;
  readonly reject: (error: Error) => void;
  /** Until the rows have ended. */
  reader: CopyReader | undefined;
  readonly taker: RowTaker | undefined;
  tag: string;
  /** Of the last statement that gave any. */
  rows: object[];
  decode: RowDecoder | undefined;
  refusal: RefusedStatement | undefined;
}

/**
 * Runs queries in the simple protocol on a wire that no driver has. Those that are started without waiting for each other leave in one
 * write, and are answered in order; one that fails leaves the others alone.
 */
export class QueryPipeline {
  readonly #wire: Wire;
  readonly #news: PipelineNews;
  readonly #pending: Pending[] = [];
  /** Place of the first unanswered one: a queue of thousands is not moved up for each. */
  #first = 0;
  #outgoing: Buffer[] = [];
  /** Bytes of a message that is not whole yet, how many they are, and how many it needs. */
  #parts: Buffer[] = [];
  #partBytes = 0;
  #neededBytes = 0;
  #failure: Error | undefined;
  readonly #onData = (chunk: Buffer): void => this.#receive(chunk);
  readonly #onClose = (): void => this.#fail(new Error("the connection was closed"));
  readonly #onError = (error: Error): void => this.#fail(error);

  constructor(wire: Wire, news: PipelineNews) {
    this.#wire = wire;
    this.#news = news;
    wire.on("data", this.#onData).on("close", this.#onClose).on("error", this.#onError);
    this.#receive(wire.claim());
  }

  /**
   * Sends a query or, with a reader, a COPY ... TO STDOUT. Throws RefusedStatement, or what ended the connection. A taker gets the rows
   * before the next query's come, and the answer has none.
   */
  query(sql: string, reader?: CopyReaderMaker, taker?: RowTaker): Promise<PipelineAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined || this.#wire.destroyed) {
        reject(this.#failure ?? new Error("the connection is closed"));
        return;
      }
      const copy = reader?.((frame) => this.#take(frame[0] ?? 0, frame.subarray(HEADER_BYTES)));
      this.#pending.push({ resolve, reject, reader: copy, taker, tag: "", rows: [], decode: undefined, refusal: undefined });
      if (this.#outgoing.length === 0) queueMicrotask(() => this.#send());
      this.#outgoing.push(encodeQuery(sql, this.#wire.textForm));
    });
  }

  #send(): void {
    this.#wire.write(Buffer.concat(this.#outgoing));
    this.#outgoing = [];
  }

  #receive(chunk: Buffer): void {
    let bytes: Buffer | undefined = chunk;
    while (bytes !== undefined && bytes.length > 0) {
      const pending = this.#pending[this.#first];
      if (pending?.reader === undefined || this.#partBytes > 0) bytes = this.#takeMessages(bytes);
      else {
        bytes = pending.reader.push(bytes);
        if (bytes !== undefined) pending.reader = undefined;
      }
    }
  }

  /** Takes all whole messages; gives what is left for the reader of a COPY that comes next. */
  #takeMessages(chunk: Buffer): Buffer | undefined {
    this.#partBytes += chunk.length;
    // A message of megabytes comes in hundreds of pieces: they are put together once. The wire only lends them.
    if (this.#partBytes < this.#neededBytes) {
      this.#parts.push(Buffer.from(chunk));
      return undefined;
    }
    const bytes = this.#parts.length === 0 ? chunk : Buffer.concat([...this.#parts, chunk], this.#partBytes);
    this.#parts = [];
    this.#partBytes = 0;
    this.#neededBytes = HEADER_BYTES;
    let at = 0;
    while (bytes.length - at >= HEADER_BYTES) {
      const end = at + 1 + bytes.readUInt32BE(at + 1);
      if (end < at + HEADER_BYTES) throw new Error("a message of impossible length");
      this.#neededBytes = end - at;
      if (end > bytes.length) break;
      this.#take(bytes[at] ?? 0, bytes.subarray(at + HEADER_BYTES, end));
      this.#neededBytes = HEADER_BYTES;
      at = end;
      if (this.#pending[this.#first]?.reader !== undefined) return bytes.subarray(at);
    }
    if (at < bytes.length) this.#parts = [Buffer.from(bytes.subarray(at))];
    this.#partBytes = bytes.length - at;
    return undefined;
  }

  #take(type: number, body: Buffer): void {
    const pending = this.#pending[this.#first];
    switch (type) {
      case TYPE.dataRow:
        if (pending?.decode === undefined) break;
        if (pending.rows.push(pending.decode(body)) === pending.taker?.atOnceMax) give(pending);
        break;
      case ROW_DESCRIPTION:
        if (pending === undefined) break;
        pending.decode = rowDecoder(body, this.#wire.textForm);
        pending.rows = [];
        break;
      case TYPE.commandComplete:
        if (pending !== undefined) [pending.tag = ""] = readStrings(body);
        break;
      case TYPE.error:
        if (pending === undefined) this.#failure = new RefusedStatement(readServerReport(body));
        else pending.refusal ??= new RefusedStatement(readServerReport(body));
        break;
      case TYPE.ready:
        this.#finish();
        break;
      case TYPE.notice:
        this.#news.notice(readServerReport(body));
        break;
      case TYPE.parameterStatus: {
        const [name = "", value = ""] = readStrings(body);
        this.#news.parameter(name, value);
        break;
      }
    }
  }

  #finish(): void {
    const pending = this.#pending[this.#first];
    if (pending === undefined) return;
    this.#first++;
    if (this.#first === this.#pending.length) {
      this.#pending.length = 0;
      this.#first = 0;
    } else {
      // The rows are the asker's alone.
      this.#pending[this.#first - 1] = ANSWERED;
    }
    give(pending);
    if (pending.refusal === undefined) pending.resolve(pending);
    else pending.reject(pending.refusal);
  }

  #fail(error: Error): void {
    const failure = (this.#failure ??= error);
    const unanswered = this.#pending.slice(this.#first);
    this.#pending.length = 0;
    this.#first = 0;
    for (const { reject, refusal } of unanswered) reject(refusal ?? failure);
  }
}

/** Gives its rows to the taker of a query, if it has one and nothing has gone wrong. */
function give(pending: Pending): void {
  const { taker, rows, refusal } = pending;
  if (taker === undefined || refusal !== undefined) return;
  pending.rows = [];
  taker.take(rows);
}

const ANSWERED: Pending = {
  resolve: () => undefined,
  reject: () => undefined,
  reader: undefined,
  taker: undefined,
  tag: "",
  rows: [],
  decode: undefined,
  refusal: undefined,
};
