import { copyIn } from "../copy/rows-in.ts";
import type { DiagnosticSink } from "../core/diagnostics.ts";
import { type DataChannel, openDataChannel } from "../postgres/data-channel.ts";
import type { ConnectionSettings } from "../postgres/settings.ts";
import { findRefusedPart, joinParts, PART_DONE, type RefusedPart } from "./script-batch.ts";
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
    runParts: (parts) => runParts(channel, parts),
    copyIn: (sql, chunks) => copyIn(channel, sql, chunks),
    // A session that ends in a transaction takes all of it back.
    close: () => channel.close(),
  };
}

async function runParts(channel: DataChannel, parts: readonly string[]): Promise<RefusedPart | undefined> {
  let partsDone = 0;
  try {
    await channel.copy({
      sql: joinParts(parts),
      onTag: (tag) => {
        if (tag === PART_DONE) partsDone++;
      },
    });
    return undefined;
  } catch (error) {
    return findRefusedPart(parts, partsDone, error);
  }
}
