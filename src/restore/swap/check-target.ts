import type { Diagnostic } from "../../core/diagnostics.ts";
import { PgstowError } from "../../core/errors.ts";
import { alwaysQuoted } from "../../core/identifiers.ts";
import { quoteLiteralPortably } from "../../core/literals.ts";
import type { DataChannel, TextRow } from "../../postgres/data-channel.ts";
import { type DatabaseFacts, readDatabaseFacts } from "./database-facts.ts";
import { isStagingOf } from "./names.ts";

/**
 * Looks, before anything is made, whether the target could be switched in the end: throws a PgstowError `not-found` when there is no such
 * database, and `preflight` with everything that would keep it from being switched.
 */
export async function checkTarget(channel: DataChannel, name: string, onDiagnostic: (found: Diagnostic) => void): Promise<DatabaseFacts> {
  const facts = await readDatabaseFacts(channel, { name });
  if (facts === undefined) {
    throw new PgstowError("not-found", `there is no database "${name}" to be swapped`, {
      hint: "Look at the name. A new database is made by createdb, or by restore --create, and restored into without --swap.",
    });
  }
  const { results } = await channel.query([abilities(facts), slots(facts), subscriptions(facts)].join(";\n"));
  const [ability = [], slotRows = [], subscriptionRows = []] = results.map(({ rows }) => rows);
  const obstacles = [...obstaclesOf(facts, ability[0] ?? {}, namesIn(slotRows), namesIn(subscriptionRows, true))];
  if (obstacles.length > 0) {
    throw new PgstowError("preflight", `database "${name}" cannot be swapped; nothing was touched`, {
      context: { detail: obstacles.join("\n") },
    });
  }
  const disabled = namesIn(subscriptionRows, false);
  if (disabled.length > 0) onDiagnostic(leftBehind(disabled));
  for (const diagnostic of await meanwhile(channel, facts)) onDiagnostic(diagnostic);
  return facts;
}

function abilities({ oid }: DatabaseFacts): string {
  return `
    SELECT current_user AS username, r.rolsuper AS superuser, r.rolcreatedb AS createdb,
      pg_catalog.pg_has_role(d.datdba, 'USAGE') AS owns, pg_catalog.pg_is_in_recovery() AS standby
    FROM pg_catalog.pg_roles r, pg_catalog.pg_database d WHERE r.rolname = current_user AND d.oid = ${oid}`;
}

function slots({ name }: DatabaseFacts): string {
  return `SELECT slot_name AS name FROM pg_catalog.pg_replication_slots WHERE database = ${quoteLiteralPortably(name)} AND NOT temporary ORDER BY 1`;
}

function subscriptions({ oid }: DatabaseFacts): string {
  return `SELECT subname AS name, subenabled AS enabled FROM pg_catalog.pg_subscription WHERE subdbid = ${oid} ORDER BY 1`;
}

function namesIn(rows: readonly TextRow[], enabled?: boolean): string[] {
  const wanted = enabled === undefined ? rows : rows.filter((row) => (row["enabled"] === "t") === enabled);
  return wanted.map(({ name }) => `"${name ?? ""}"`);
}

function* obstaclesOf(facts: DatabaseFacts, ability: TextRow, slotNames: string[], enabled: string[]): Generator<string> {
  const { username } = ability;
  const yes = (name: string) => ability[name] === "t";
  if (yes("standby")) yield "the server is a standby, which cannot be written to (swap on its primary)";
  if (!yes("superuser") && !yes("createdb")) yield `"${username ?? ""}" may not make databases (ALTER ROLE ... CREATEDB)`;
  if (!yes("superuser") && !yes("owns")) {
    yield `"${username ?? ""}" does not own it (connect as "${facts.owner}", or as a member of that role)`;
  }
  yield* whatWouldStay(slotNames, enabled);
}

/** The same, of a target that is about to be switched: somebody may have made them while the restore ran. */
export async function checkAgain(channel: DataChannel, target: DatabaseFacts, now: DatabaseFacts): Promise<void> {
  const { results } = await channel.query([slots(now), subscriptions(now)].join(";\n"));
  const [slotRows = [], subscriptionRows = []] = results.map(({ rows }) => rows);
  const [obstacle] = whatWouldStay(namesIn(slotRows), namesIn(subscriptionRows, true));
  if (obstacle === undefined) return;
  throw new PgstowError(
    "concurrent-change",
    `database "${target.name}" was changed while the restore ran, and stays as it is: ${obstacle}`,
  );
}

function* whatWouldStay(slotNames: string[], enabled: string[]): Generator<string> {
  if (slotNames.length > 0) {
    yield `it has logical replication slots, which would stay with the old database: ${slotNames.join(", ")} (drop them, and make them again after the swap)`;
  }
  if (enabled.length > 0) {
    yield `it has enabled subscriptions, which would stay with the old database: ${enabled.join(", ")} (disable or drop them first)`;
  }
}

function leftBehind(names: readonly string[]): Diagnostic {
  return {
    severity: "warning",
    code: "subscriptions-stay",
    message: `disabled subscriptions stay with the old database: ${names.join(", ")}`,
    hint: "The old database cannot be dropped before they are.",
  };
}

/** What may be in the way later on, and what earlier swaps have left. */
async function meanwhile(channel: DataChannel, { name }: DatabaseFacts): Promise<Diagnostic[]> {
  const { results } = await channel.query(`
    SELECT gid FROM pg_catalog.pg_prepared_xacts WHERE database = ${quoteLiteralPortably(name)} ORDER BY prepared;
    SELECT d.datname AS name FROM pg_catalog.pg_database d
    WHERE d.datname ~ '_restoring_[0-9a-f]+$'
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid)
    ORDER BY 1`);
  const [prepared = [], databases = []] = results.map(({ rows }) => rows);
  const found: Diagnostic[] = [];
  if (prepared.length > 0) {
    found.push({
      severity: "warning",
      code: "prepared-transactions",
      message: `database "${name}" has prepared transactions, and cannot be switched before they end: ${prepared.map(({ gid }) => `"${gid ?? ""}"`).join(", ")}`,
    });
  }
  const leftOver = databases.map((row) => row["name"] ?? "").filter((one) => isStagingOf(name, one));
  if (leftOver.length > 0) {
    found.push({
      severity: "warning",
      code: "leftover-staging",
      message: `databases of earlier swaps that were cut off are still there: ${leftOver.map((one) => `"${one}"`).join(", ")}`,
      hint: `Unless a swap is under way: ${leftOver.map((one) => `DROP DATABASE ${alwaysQuoted(one)};`).join(" ")}`,
    });
  }
  return found;
}
