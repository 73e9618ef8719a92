import { once } from "node:events";
import { sendCopyIn } from "../copy/rows-in.ts";
import type { DiagnosticSink } from "../core/diagnostics.ts";
import { openDataChannel } from "../postgres/data-channel.ts";
import type { ConnectionSettings } from "../postgres/settings.ts";
import type { Wire } from "../postgres/wire.ts";
import type { RestoreTarget } from "./target.ts";

/** Connects to the database that is to be restored into. Throws a PgstowError `connection`, or `aborted`. */
export async function openRestoreTarget(
  settings: ConnectionSettings,
  signal: AbortSignal | undefined,
  onDiagnostic: DiagnosticSink,
  textIsBytes = false,
): Promise<RestoreTarget> {
  const channel = await openDataChannel(settings, { signal, onDiagnostic });
  if (textIsBytes) channel.speakBytes();
  let wire: Wire | undefined;
  return {
    major: channel.major,
    query: async (sql) => (await channel.query(sql)).rows,
    send: async (sql) => {
      const sent = channel.send(sql);
      wire = sent.wire;
      await sent.answer;
    },
    sendCopy: (sql, chunks) => sendCopyIn(channel, sql, chunks),
    room: async () => {
      if (wire?.writableNeedDrain === true && !wire.destroyed) await drained(wire);
    },
    // A session that ends in a transaction takes all of it back.
    close: () => channel.close(),
  };
}

/** Back when the socket takes more or is gone. */
async function drained(wire: Wire): Promise<void> {
  const stop = new AbortController();
  const { signal } = stop;
  const ended = ["drain", "close"].map((event) => once(wire, event, { signal }).catch(() => undefined));
  await Promise.race(ended);
  stop.abort();
}
