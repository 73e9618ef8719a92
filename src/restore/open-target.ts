import { copyIn } from "../copy/rows-in.ts";
import type { DiagnosticSink } from "../core/diagnostics.ts";
import { openDataChannel } from "../postgres/data-channel.ts";
import type { ConnectionSettings } from "../postgres/settings.ts";
import type { RestoreTarget } from "./target.ts";

/** Connects to the database that is to be restored into. Throws a PgstowError `connection`, or `aborted`. */
export async function openRestoreTarget(
  settings: ConnectionSettings,
  signal: AbortSignal | undefined,
  onDiagnostic: DiagnosticSink,
): Promise<RestoreTarget> {
  const channel = await openDataChannel(settings, { signal, onDiagnostic });
  return {
    major: channel.major,
    query: async (sql) => (await channel.query(sql)).rows,
    copyIn: (sql, chunks) => copyIn(channel, sql, chunks),
    // A session that ends in a transaction takes all of it back.
    close: () => channel.close(),
  };
}
