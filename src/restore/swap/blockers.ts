import { PgstowError } from "../../core/errors.ts";
import { quoteLiteralPortably } from "../../core/literals.ts";
import type { DataChannel } from "../../postgres/data-channel.ts";
import type { DatabaseFacts } from "./database-facts.ts";

const NAMED_MAX = 5;

/** The error for a database that somebody held until the time was up: says who. */
export async function stillInUse(channel: DataChannel, target: DatabaseFacts, timeoutMs: number): Promise<PgstowError> {
  const { results } = await channel.query(`
    SELECT pid, coalesce(usename, '') AS username, coalesce(application_name, '') AS application
    FROM pg_catalog.pg_stat_activity WHERE datid = ${target.oid} ORDER BY backend_start;
    SELECT gid, owner FROM pg_catalog.pg_prepared_xacts WHERE database = ${quoteLiteralPortably(target.name)} ORDER BY prepared`);
  const [sessions = [], prepared = []] = results.map(({ rows }) => rows);
  const named = [
    ...prepared.map(({ gid, owner }) => `prepared transaction "${gid ?? ""}" of user "${owner ?? ""}"`),
    ...sessions.map(({ pid, username, application }) => `pid ${pid ?? ""} (user "${username ?? ""}", application "${application ?? ""}")`),
  ];
  const more = named.length > NAMED_MAX ? ` and ${named.length - NAMED_MAX} more` : "";
  const who = named.length === 0 ? "sessions come and go" : `${named.slice(0, NAMED_MAX).join(", ")}${more}`;
  const seconds = String(timeoutMs / 1000);
  return new PgstowError("busy", `database "${target.name}" is still in use after ${seconds} s, so it stays as it was: ${who}`, {
    hint: wayOut(prepared[0]?.["gid"] ?? undefined, sessions.length > 0),
  });
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
