import { PgstowError } from "../../core/errors.ts";
import { alwaysQuoted } from "../../core/identifiers.ts";
import { type DataChannel, openDataChannel } from "../../postgres/data-channel.ts";
import type { ConnectionSettings } from "../../postgres/settings.ts";

/** Databases that servers have from the start. */
const DATABASES = ["postgres", "template1"] as const;

/** What an answer of the server says about the database that was asked for, not about the server: missing, closed, not for this role, full. */
const ANOTHER_DATABASE_MAY_DO: ReadonlySet<string> = new Set(["3D000", "55000", "42501", "53300", "28000"]);

/** Where and as whom the databases of a swap are made, switched and dropped. */
export interface MaintenanceSettings {
  /** Those of the target. */
  readonly settings: ConnectionSettings;
  /** Role to become. */
  readonly role: string | undefined;
}

/**
 * Opens a session on the target's server, but in another database, from where it can be renamed. Nothing that a role or database has set
 * ends its statements early, and what it commits is on disk. Throws a PgstowError `connection`.
 */
export async function openMaintenance({ settings, role }: MaintenanceSettings): Promise<DataChannel> {
  let refusal: unknown;
  for (const database of DATABASES.filter((name) => name !== settings.database)) {
    try {
      return await prepared(await openDataChannel({ ...settings, database }), role);
    } catch (error) {
      refusal ??= error;
      if (!(error instanceof PgstowError) || !ANOTHER_DATABASE_MAY_DO.has(error.context.sqlstate ?? "")) throw error;
    }
  }
  throw refusal;
}

async function prepared(channel: DataChannel, role: string | undefined): Promise<DataChannel> {
  try {
    await channel.query(
      [
        "SET client_min_messages = warning",
        "SET standard_conforming_strings = on",
        "SET statement_timeout = 0",
        "SET lock_timeout = 0",
        "SET idle_in_transaction_session_timeout = 0",
        ...(channel.major >= 14 ? ["SET idle_session_timeout = 0"] : []),
        ...(channel.major >= 17 ? ["SET transaction_timeout = 0"] : []),
        "SET default_transaction_isolation = 'read committed'",
        "SET default_transaction_read_only = off",
        "SELECT pg_catalog.set_config('synchronous_commit', 'on', false) WHERE pg_catalog.current_setting('synchronous_commit') = 'off'",
        ...(role === undefined ? [] : [`SET ROLE ${alwaysQuoted(role)}`]),
      ].join("; "),
    );
    return channel;
  } catch (error) {
    await channel.close();
    throw error;
  }
}

/** Opens a session of the same kind in one database, for as long as `work` takes. */
export async function withDatabase<T>(
  { settings, role }: MaintenanceSettings,
  database: string,
  work: (channel: DataChannel) => Promise<T>,
): Promise<T> {
  const channel = await prepared(await openDataChannel({ ...settings, database }), role);
  try {
    return await work(channel);
  } finally {
    await channel.close();
  }
}

/** Opens a maintenance session for as long as `work` takes. */
export async function withMaintenance<T>(where: MaintenanceSettings, work: (channel: DataChannel) => Promise<T>): Promise<T> {
  const channel = await openMaintenance(where);
  try {
    return await work(channel);
  } finally {
    await channel.close();
  }
}

/** Runs statements that an abort cancels on the server; back, one way or the other, only when the server has answered. */
export async function cancellable<T>(channel: DataChannel, signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  const cancel = (): void => void channel.cancel();
  if (signal?.aborted === true) cancel();
  signal?.addEventListener("abort", cancel, { once: true });
  try {
    return await work;
  } finally {
    signal?.removeEventListener("abort", cancel);
  }
}
