import { PgstowError, throwIfAborted } from "../../core/errors.ts";
import { alwaysQuoted } from "../../core/identifiers.ts";
import type { DataChannel } from "../../postgres/data-channel.ts";
import { type Environment, resolveSettings, type SettingsInput } from "../../postgres/settings.ts";
import { withMaintenance } from "./maintenance.ts";
import { isKeptOf } from "./names.ts";

export interface DropOldOptions {
  /** The database that was swapped. */
  readonly connection: SettingsInput;
  readonly environment?: Environment;
  readonly role?: string;
  readonly signal?: AbortSignal;
  /** Told of each database that is gone. */
  readonly onDropped?: (name: string) => void;
}

/**
 * Drops the databases that swaps of the connection's database have kept (`NAME_before_TIME`); gives their names. Throws a PgstowError
 * `not-found` when there are none, and when the database that took their place is gone: one of them may be the last there is.
 */
export async function dropOldDatabases(options: DropOldOptions): Promise<readonly string[]> {
  const { connection, environment = {}, role, signal, onDropped } = options;
  const settings = await resolveSettings(connection, environment);
  return withMaintenance({ settings, role }, async (channel) => {
    const { rows } = await channel.query("SELECT datname FROM pg_catalog.pg_database ORDER BY 1");
    const databases = rows.map(({ datname }) => datname ?? "");
    const names = databases.filter((name) => isKeptOf(settings.database, name));
    if (names.length === 0) {
      throw new PgstowError("not-found", `no swap of database "${settings.database}" has kept an old one`, {
        hint: `It would be named "${settings.database}_before_" and a time.`,
      });
    }
    if (!databases.includes(settings.database)) {
      throw new PgstowError("not-found", `there is no database "${settings.database}", so the old ones of its swaps are not dropped`, {
        hint: `They are: ${names.map((name) => `"${name}"`).join(", ")}.`,
      });
    }
    for (const name of names) {
      throwIfAborted(signal);
      await dropDatabase(channel, name);
      onDropped?.(name);
    }
    return names;
  });
}

/** Drops a database that may be a template. Throws a PgstowError `server`. */
export async function dropDatabase(channel: DataChannel, name: string): Promise<void> {
  const database = alwaysQuoted(name);
  await channel.query(`ALTER DATABASE ${database} IS_TEMPLATE false`);
  await channel.query(`DROP DATABASE ${database}`);
}
