import { describeEntry, type Entry } from "../archive/entry.ts";
import { PgstowError } from "../core/errors.ts";

/** What is left of a restore that failed. */
export type Outcome = "nothing was changed" | "what was done before stays" | "the database that was dropped first is gone";

/**
 * An error with the entry that it belongs to, and for rows the table. What the server said stays in the context. Says what is left:
 * whoever says that nothing was changed must roll back.
 */
export function explainFailure(error: unknown, entry: Entry, outcome: Outcome): unknown {
  if (!(error instanceof PgstowError) || error.code === "aborted") return error;
  const hint = hintFor(error, entry) ?? error.hint;
  const { row } = error.context;
  const inRow = row === undefined ? "" : ` row ${String(row)}`;
  return new PgstowError(error.code, `${describeEntry(entry)}${inRow}: ${error.message}; ${outcome}`, {
    cause: error,
    context: { ...error.context, entry: describeEntry(entry), ...(entry.data === "rows" ? { table: tableOf(entry) } : {}) },
    ...(hint === undefined ? {} : { hint }),
  });
}

/** An error before the first entry or after the last one. */
export function explainSessionFailure(error: unknown, during: "start" | "commit", left: Outcome): unknown {
  if (!(error instanceof PgstowError) || error.code === "aborted") return error;
  const lostInCommit = during === "commit" && error.code === "connection-lost";
  const outcome = lostInCommit ? "the connection was lost while committing, so the target may be restored or unchanged" : left;
  const hint = lostInCommit ? "Look whether the restored objects are there before trying again." : error.hint;
  return new PgstowError(error.code, `${error.message}; ${outcome}`, {
    cause: error,
    context: error.context,
    ...(hint === undefined ? {} : { hint }),
  });
}

export function tableOf(entry: Pick<Entry, "schema" | "tag">): string {
  return entry.schema === null ? entry.tag : `${entry.schema}.${entry.tag}`;
}

const existsStates: ReadonlySet<string> = new Set(["42P06", "42P07", "42701", "42710", "42723"]);

/** What the user can do about the refusals that restores meet most. */
function hintFor(error: PgstowError, entry: Entry): string | undefined {
  const { sqlstate } = error.context;
  if (sqlstate === undefined) return undefined;
  if (sqlstate === "42883" && entry.kind === "ACL") {
    return "The target has another version of an extension; leave grants out with --no-privileges.";
  }
  if (sqlstate === "42P04")
    return "--create makes the database that the archive names; leave it out to restore into the one that -d names.";
  if (existsStates.has(sqlstate)) return "Restore into an empty database, or drop what is there with --clean --if-exists.";
  if (sqlstate === "42704" && error.message.includes("role")) {
    return "Create the role first, or leave owners and grants out with --no-owner --no-privileges.";
  }
  if (sqlstate === "42501") return "Connect as a role that may do this, or leave owners and grants out with --no-owner --no-privileges.";
  if (sqlstate === "3F000") return "Create the schema first.";
  if (sqlstate === "2BP01") return "Drop what depends on it and is not in the archive, or restore into an empty database.";
  if (sqlstate === "0A000" && error.message.includes("extension")) return "Install the extension on the target server first.";
  return undefined;
}
