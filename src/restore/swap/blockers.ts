import { PgstowError } from "../../core/errors.ts";
import { quoteLiteralPortably } from "../../core/literals.ts";
import type { DataChannel } from "../../postgres/data-channel.ts";
import type { DatabaseFacts } from "./database-facts.ts";

/** What keeps a database from being renamed, whatever we do: as many of each as there are, described. */
export interface Blockers {
  readonly preparedTransactions: readonly { readonly gid: string; readonly owner: string }[];
  /** Sessions that this role may not end, as `pid 123 (user "x", application "y")`. */
  readonly sessions: readonly string[];
}

const NAMED_MAX = 5;

export async function readBlockers(channel: DataChannel, target: DatabaseFacts): Promise<Blockers> {
  const mayEnd = `me.rolsuper OR (NOT r.rolsuper AND (pg_catalog.pg_has_role(a.usesysid, 'USAGE') OR pg_catalog.pg_has_role('pg_signal_backend', 'USAGE')))`;
  const { results } = await channel.query(`
    SELECT gid, owner FROM pg_catalog.pg_prepared_xacts WHERE database = ${quoteLiteralPortably(target.name)} ORDER BY prepared;
    ${SESSIONS} JOIN pg_catalog.pg_roles me ON me.rolname = current_user
    WHERE a.datid = ${target.oid} AND NOT (${mayEnd}) ORDER BY a.backend_start`);
  const [prepared = [], sessions = []] = results.map(({ rows }) => rows);
  return {
    preparedTransactions: prepared.map(({ gid, owner }) => ({ gid: gid ?? "", owner: owner ?? "" })),
    sessions: sessions.map(({ session }) => session ?? ""),
  };
}

const SESSIONS = `
    SELECT pg_catalog.format('pid %s (user "%s", application "%s")', a.pid, a.usename, a.application_name) AS session
    FROM pg_catalog.pg_stat_activity a JOIN pg_catalog.pg_roles r ON r.oid = a.usesysid`;

/** The error for a database that somebody held until the time was up: says who. */
export async function stillInUse(channel: DataChannel, target: DatabaseFacts, timeoutMs: number): Promise<PgstowError> {
  const { preparedTransactions, sessions } = await readBlockers(channel, target);
  const [first] = preparedTransactions;
  const named = [...preparedTransactions.map(({ gid, owner }) => `prepared transaction "${gid}" of user "${owner}"`), ...sessions];
  if (named.length === 0) named.push(...(await everybodyIn(channel, target)));
  const more = named.length > NAMED_MAX ? ` and ${named.length - NAMED_MAX} more` : "";
  const who = named.length === 0 ? "sessions come and go" : `${named.slice(0, NAMED_MAX).join(", ")}${more}`;
  const seconds = String(timeoutMs / 1000);
  return new PgstowError("busy", `database "${target.name}" is still in use after ${seconds} s, so it stays as it was: ${who}`, {
    hint: wayOut(first?.gid, sessions.length > 0),
  });
}

async function everybodyIn(channel: DataChannel, target: DatabaseFacts): Promise<string[]> {
  const { rows } = await channel.query(`${SESSIONS} WHERE a.datid = ${target.oid} ORDER BY a.backend_start`);
  return rows.map(({ session }) => session ?? "");
}

function wayOut(gid: string | undefined, hasSessions: boolean): string {
  if (gid !== undefined) {
    return `A prepared transaction ends only by hand: COMMIT PREPARED ${quoteLiteralPortably(gid)}, or ROLLBACK PREPARED, in that database; then swap again.`;
  }
  if (hasSessions) {
    return "Only a superuser may end a superuser's sessions, and a member of pg_signal_backend those of other roles; or give a longer --swap-timeout.";
  }
  return "Give a longer --swap-timeout.";
}
