import type { ArchiveReader } from "../archive/archive.ts";
import { alwaysQuoted } from "../core/identifiers.ts";
import { PgstowError } from "../core/errors.ts";
import { quoteLiteralPortably } from "../core/literals.ts";
import type { ConnectionSettings } from "../postgres/settings.ts";
import type { RestoreBehaviour } from "./behaviour.ts";
import { explainFailure } from "./failure.ts";
import { type RestoreForm, type RestoreStep, StepPlanner } from "./plan.ts";
import type { SelectedEntry } from "./selection.ts";
import type { RestoreTarget } from "./target.ts";
import { sayStep } from "./verbose.ts";

/** A database that --create has made, as the archive says. */
export interface MadeDatabase {
  /** Where to connect to for the rest. */
  readonly settings: ConnectionSettings;
  /** Errors that were passed over. */
  readonly errors: number;
  /** Whether there was one of its name before, which was dropped (--clean). */
  readonly dropped: boolean;
  /** Drops it again. */
  undo(): Promise<void>;
}

/** What is run while connected to another database: no transaction could hold it. */
export function makesDatabase({ entry }: SelectedEntry): boolean {
  return entry.kind === "DATABASE" || entry.kind === "DATABASE PROPERTIES";
}

/**
 * Makes the archive's database from within another one: dropped first with --clean, created, and given its settings. Throws a
 * PgstowError `usage` when the archive says nothing of a database.
 */
export async function makeDatabase(
  archive: Pick<ArchiveReader, "metadata" | "sizes">,
  selected: readonly SelectedEntry[],
  options: RestoreForm & RestoreBehaviour,
  settings: ConnectionSettings,
  open: (settings: ConnectionSettings) => Promise<RestoreTarget>,
): Promise<MadeDatabase> {
  const own = selected.filter(makesDatabase);
  const name = own.find(({ entry }) => entry.kind === "DATABASE")?.entry.tag;
  if (name === undefined)
    throw new PgstowError("usage", "the archive does not say how its database is made", { hint: "Leave out --create." });
  if (/[\n\r]/.test(name)) {
    throw new PgstowError("unsupported", `database name contains a newline or carriage return: ${JSON.stringify(name)}`);
  }
  const target = await open(settings);
  let created = false;
  let dropped = false;
  let errors = 0;
  try {
    const planner = new StepPlanner(archive, own, options);
    await target.query(planner.settings(target.major).join("\n"));
    const { length: found } = await target.query(`SELECT FROM pg_catalog.pg_database WHERE datname = ${quoteLiteralPortably(name)};`);
    for (const step of [...planner.drops(), ...own.flatMap(({ entry }) => planner.stepsOf(entry))]) {
      if (!(await runStep(target, step, options, dropped))) errors++;
      else if (found > 0 && step.entry.kind === "DATABASE" && step.type === "sql" && step.part === "drop") dropped = true;
      else created ||= step.entry.kind === "DATABASE" && step.type === "sql" && step.part === "definition";
    }
  } catch (error) {
    if (created) await target.query(dropStatement(name)).catch(() => undefined);
    throw error;
  } finally {
    await target.close();
  }
  options.onStep?.(`connecting to new database "${name}"`);
  const undo = async (): Promise<void> => {
    if (!created) return;
    const again = await open(settings);
    await again.query(dropStatement(name)).finally(() => again.close());
  };
  return { settings: { ...settings, database: name }, errors, dropped, undo };
}

/** false for a failure that is passed over. */
async function runStep(target: RestoreTarget, step: RestoreStep, options: RestoreBehaviour, dropped: boolean): Promise<boolean> {
  if (step.type !== "sql") return true;
  sayStep(step, options.onStep);
  try {
    await target.query(step.sql);
    return true;
  } catch (error) {
    options.onFailure?.({ entry: step.entry, error, command: step.sql, part: step.part });
    const passesOver = options.transaction === "none" && options.onError === "continue";
    if (passesOver && error instanceof PgstowError && error.code === "server") return false;
    throw explainFailure(error, step.entry, dropped ? "the database that was dropped first is gone" : "nothing was changed");
  }
}

function dropStatement(name: string): string {
  return `DROP DATABASE IF EXISTS ${alwaysQuoted(name)};`;
}
