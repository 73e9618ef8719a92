import { randomBytes } from "node:crypto";
import type { DiagnosticSink } from "../../core/diagnostics.ts";
import { abortedError, PgstowError, throwIfAborted } from "../../core/errors.ts";
import type { ConnectionSettings } from "../../postgres/settings.ts";
import { checkTarget } from "./check-target.ts";
import { dropDatabase } from "./drop-old.ts";
import { type MaintenanceSettings, withMaintenance } from "./maintenance.ts";
import { stagingName } from "./names.ts";
import { createStaging, dropStaging } from "./staging.ts";
import { switchDatabases } from "./switch.ts";

/** How a restore puts a new database in the target's place. */
export interface SwapOptions {
  /** How long the other sessions of the target have to leave, in milliseconds; 30,000 unless given. */
  readonly timeoutMs?: number;
  /** Drops the old database right after the switch, instead of keeping it as `NAME_before_TIME`. */
  readonly dropOld?: boolean;
}

export interface Swap extends MaintenanceSettings {
  readonly options: SwapOptions;
  readonly signal: AbortSignal | undefined;
  readonly onDiagnostic: DiagnosticSink;
}

export interface Swapped<T> {
  readonly result: T;
  /** Under which name the old database is kept; null when it was dropped. */
  readonly kept: string | null;
}

const TIMEOUT_MS = 30_000;

/**
 * Makes a database like the target beside it, has `restore` fill that, and puts it in the target's place. Whatever fails or aborts before
 * the switch: the new database is dropped, and the target is as it was.
 */
export async function swapDatabase<T>(swap: Swap, restore: (staging: ConnectionSettings) => Promise<T>): Promise<Swapped<T>> {
  const { settings, signal, onDiagnostic, options } = swap;
  throwIfAborted(signal);
  const name = stagingName(settings.database, randomBytes(4).toString("hex"));
  const work = { begun: false };
  try {
    const target = await withMaintenance(swap, async (channel) => {
      const facts = await checkTarget(channel, settings.database, onDiagnostic);
      work.begun = true;
      await createStaging(channel, facts, name, swap);
      return facts;
    });
    throwIfAborted(signal);
    const result = await restore({ ...settings, database: name });
    const kept = await switchDatabases({ ...swap, target, staging: name, timeoutMs: options.timeoutMs ?? TIMEOUT_MS });
    return { result, kept: options.dropOld === true && (await dropKept(swap, kept)) ? null : kept };
  } catch (error) {
    if (work.begun) await dropStaging(swap, name, onDiagnostic);
    if (signal?.aborted === true && !(error instanceof PgstowError && error.code === "aborted")) throw abortedError(signal);
    throw error;
  }
}

/** The new database is in its place: a failure is told and changes nothing about that. */
async function dropKept(swap: Swap, kept: string): Promise<boolean> {
  try {
    await withMaintenance(swap, (channel) => dropDatabase(channel, kept));
    return true;
  } catch (error) {
    swap.onDiagnostic({
      severity: "warning",
      code: "old-database-kept",
      message: `the old database could not be dropped and is kept as "${kept}": ${error instanceof Error ? error.message : String(error)}`,
    });
    return false;
  }
}
