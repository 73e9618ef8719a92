import type { RowBatch } from "../archive/archive.ts";
import { PgstowError } from "../core/errors.ts";
import type { DataChannel } from "../postgres/data-channel.ts";
import { describeStatement } from "../postgres/server-errors.ts";
import type { Wire } from "../postgres/wire.ts";
import { CopyDataDeframer } from "./copy-data-deframer.ts";

export interface CopyOutOptions {
  /** About how many bytes a batch has; a larger row makes a larger batch. */
  readonly batchBytes?: number;
}

const BATCH_BYTES = 1024 * 1024;
/** Batches that wait for a slow consumer before the socket is paused. */
const BATCHES_WAITING_MAX = 2;

/**
 * Runs `COPY ... TO STDOUT` in text or CSV format and gives its rows in batches, cut at a row's end. Reading stops while the consumer is
 * slow; leaving the loop early cancels the statement. Throws `server`, `connection-lost` or `aborted`; an end without the server's word
 * that all rows were sent is an error.
 */
export async function* copyOut(channel: DataChannel, sql: string, options: CopyOutOptions = {}): AsyncGenerator<RowBatch, void, undefined> {
  const batches: RowBatch[] = [];
  let wire: Wire | undefined;
  const state = { settled: false, abandoned: false };
  let wake: () => void = () => undefined;

  const deframer = new CopyDataDeframer(options.batchBytes ?? BATCH_BYTES, {
    batch(batch) {
      if (state.abandoned) return;
      batches.push(batch);
      if (batches.length >= BATCHES_WAITING_MAX) wire?.pause();
      wake();
    },
    news: (frame) => wire?.deliver(frame),
    end: (rest) => wire?.restore(rest),
  });
  const finished = channel.copy({
    sql,
    onSent(sentOn) {
      wire = sentOn;
      sentOn.divert((chunk) => deframer.push(chunk));
    },
  });
  const watched = finished.then(
    () => undefined,
    () => undefined,
  );
  void watched.then(() => {
    state.settled = true;
    wake();
  });

  try {
    for (;;) {
      const batch = batches.shift();
      if (batch !== undefined) {
        if (batches.length < BATCHES_WAITING_MAX) wire?.resume();
        yield batch;
      } else if (state.settled) break;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
    checkRows(await finished, deframer.rows, sql);
  } finally {
    state.abandoned = true;
    wire?.resume();
    if (!state.settled) await channel.cancel();
    await watched;
  }
}

/** Holds what arrived against the server's command tag; throws `server` when it differs. */
export function checkRows(tag: string, rows: number, sql: string): void {
  const told = /^COPY (\d+)$/.exec(tag)?.[1];
  if (told === undefined) throw new PgstowError("server", `the statement is not a COPY TO STDOUT: ${describeStatement(sql)}`);
  if (Number(told) !== rows) {
    throw new PgstowError("server", `the server says that it sent ${told} rows, but ${rows} arrived`, {
      context: { statement: describeStatement(sql) },
    });
  }
}
