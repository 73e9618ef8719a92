import type { RowBatch } from "../archive/archive.ts";
import type { CatalogSession } from "../postgres/catalog-session.ts";
import { CopyDataDeframer } from "./copy-data-deframer.ts";
import { checkRows } from "./rows-out.ts";

/** The part of a session that reading rows needs. */
export type CopySession = Pick<CatalogSession, "copy" | "pause" | "resume" | "cancel">;

const BATCH_BYTES = 1024 * 1024;
/** Memory of batches that wait for a slow consumer before the socket is paused. */
const WAITING_BYTES_MAX = 3 * 1024 * 1024;
/** Statements, and characters of them, that are on their way: so many small tables cost one wait for the server. */
const STATEMENTS_AHEAD_MAX = 1000;
const CHARACTERS_AHEAD_MAX = 256 * 1024;

/** One COPY that has been sent. */
interface Sent {
  readonly sql: string;
  readonly deframer: CopyDataDeframer;
  readonly tag: Promise<string>;
  readonly batches: RowBatch[];
  settled: boolean;
  wake: () => void;
}

/**
 * Reads the rows of many `COPY ... TO STDOUT`, one after the other on one connection. They are sent ahead of their turn, so that no
 * table waits for the network; the server answers in order. Memory is bounded: the socket is paused while enough rows wait. The first
 * statement that fails throws; the server then refuses those behind it, because they are in the same transaction.
 */
export class RowsAhead {
  readonly #session: CopySession;
  readonly #statements: Iterator<string, void>;
  readonly #sent: Sent[] = [];
  #characters = 0;
  #waitingBytes = 0;
  #abandoned = false;

  /** The statements are asked for as they are sent. */
  constructor(session: CopySession, statements: Iterable<string, void>) {
    this.#session = session;
    this.#statements = statements[Symbol.iterator]();
  }

  /** Sends the first statements, for whoever asks for their rows later. */
  start(): void {
    this.#sendAhead();
  }

  /**
   * The rows of the next statement, in batches as copyOut gives them. To be read to the end before the next one; leaving early calls off
   * everything that is under way.
   */
  async *next(): AsyncGenerator<RowBatch, void, undefined> {
    this.#sendAhead();
    const current = this.#sent.shift();
    if (current === undefined) throw new Error("there is no statement left to read rows of");
    this.#characters -= current.sql.length;
    let whole = false;
    try {
      for (;;) {
        const batch = current.batches.shift();
        if (batch !== undefined) {
          this.#waitingBytes -= batch.bytes.buffer.byteLength;
          if (this.#waitingBytes < WAITING_BYTES_MAX) this.#session.resume();
          yield batch;
        } else if (current.settled) break;
        else await new Promise<void>((resolve) => (current.wake = resolve));
      }
      checkRows(await current.tag, current.deframer.rows, current.sql);
      whole = true;
    } finally {
      if (!whole) await this.#abandon(current);
    }
  }

  /** Keeps the server busy: new statements go out in bunches, when half of those that may be under way are answered. */
  #sendAhead(): void {
    if (this.#sent.length > STATEMENTS_AHEAD_MAX / 2 || (this.#sent.length > 0 && this.#characters > CHARACTERS_AHEAD_MAX / 2)) return;
    while (this.#sent.length < STATEMENTS_AHEAD_MAX && this.#characters < CHARACTERS_AHEAD_MAX) {
      const step = this.#statements.next();
      if (step.done === true) return;
      this.#sent.push(this.#send(step.value));
      this.#characters += step.value.length;
    }
  }

  #send(sql: string): Sent {
    let rest: Buffer | undefined;
    let deliver: (frame: Buffer) => void = () => undefined;
    const batches: RowBatch[] = [];
    const deframer = new CopyDataDeframer(BATCH_BYTES, {
      batch: (batch) => {
        if (this.#abandoned) return;
        batches.push(batch);
        this.#waitingBytes += batch.bytes.buffer.byteLength;
        if (this.#waitingBytes >= WAITING_BYTES_MAX) this.#session.pause();
        sent.wake();
      },
      news: (frame) => deliver(frame),
      end: (bytes) => (rest = bytes),
    });
    const tag = this.#session.copy(sql, (news) => {
      deliver = news;
      return {
        push(chunk) {
          deframer.push(chunk);
          return rest;
        },
      };
    });
    const sent: Sent = { sql, deframer, tag, batches, settled: false, wake: () => undefined };
    const settle = () => {
      sent.settled = true;
      sent.wake();
    };
    tag.then(settle, settle);
    return sent;
  }

  async #abandon(current: Sent): Promise<void> {
    this.#abandoned = true;
    current.batches.length = 0;
    for (const { batches } of this.#sent) batches.length = 0;
    this.#session.resume();
    if (!current.settled || this.#sent.some(({ settled }) => !settled)) await this.#session.cancel();
    await current.tag.catch(() => undefined);
  }
}
