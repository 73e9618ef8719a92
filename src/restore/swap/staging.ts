import { PgstowError } from "../../core/errors.ts";
import type { DiagnosticSink } from "../../core/diagnostics.ts";
import { alwaysQuoted } from "../../core/identifiers.ts";
import type { DataChannel } from "../../postgres/data-channel.ts";
import { attributesLike, createLike, settingsLike } from "./carry-over.ts";
import type { DatabaseFacts } from "./database-facts.ts";
import { cancellable, type MaintenanceSettings, withDatabase, withMaintenance } from "./maintenance.ts";

/**
 * Makes an empty database like the target, with its settings, and tries whether everything else could be laid upon it, so that a refusal
 * comes before the restore and not after it.
 */
export async function createStaging(
  channel: DataChannel,
  target: DatabaseFacts,
  name: string,
  { role, signal }: { readonly role: string | undefined; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const make = async (): Promise<void> => {
    await channel.query(createLike(target, name, channel.major));
    const attributes = ["BEGIN", ...attributesLike(target, name, role)];
    for (const statement of attributes) await channel.query(statement);
    await channel.query("ROLLBACK");
    for (const statement of settingsLike(target, name)) await channel.query(statement);
  };
  try {
    await cancellable(channel, signal, make());
  } catch (error) {
    throw explained(error, target);
  }
}

function explained(error: unknown, target: DatabaseFacts): unknown {
  if (!(error instanceof PgstowError) || error.code !== "server") return error;
  const { context, message } = error;
  return new PgstowError("preflight", `a database like "${target.name}" cannot be made: ${message}; nothing was changed`, {
    cause: error,
    context,
    hint: error.hint ?? "A superuser may carry over all settings and privileges.",
  });
}

/** Drops the staging database, whoever is in it. Never rejects: what cannot be dropped is told. */
export async function dropStaging(where: MaintenanceSettings, name: string, onDiagnostic: DiagnosticSink): Promise<void> {
  const database = alwaysQuoted(name);
  try {
    await withMaintenance(where, async (channel) => {
      // Allowed to everybody who may make it; the other way also ends sessions, which needs more.
      await channel.query(`DROP DATABASE IF EXISTS ${database}`).catch(async () => {
        // What is in the way of the second attempt says why.
        await withDatabase(where, name, dropSubscriptions).catch(() => undefined);
        await channel.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
      });
    });
  } catch (error) {
    onDiagnostic({
      severity: "warning",
      code: "leftover-staging",
      message: `database "${name}" is left over: ${error instanceof Error ? error.message : String(error)}`,
      hint: `DROP DATABASE ${database};`,
    });
  }
}

/** A database with subscriptions cannot be dropped. Those of the archive may name slots that somebody uses: the publisher is not asked to drop them. */
async function dropSubscriptions(channel: DataChannel): Promise<void> {
  const { rows } = await channel.query(`
    SELECT s.subname AS name FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
    WHERE d.datname = pg_catalog.current_database()`);
  for (const row of rows) {
    const subscription = `SUBSCRIPTION ${alwaysQuoted(row["name"] ?? "")}`;
    await channel.query(`ALTER ${subscription} DISABLE`);
    await channel.query(`ALTER ${subscription} SET (slot_name = NONE)`);
    await channel.query(`DROP ${subscription}`);
  }
}
