import type { ArchiveReader } from "../../archive/archive.ts";
import type { DiagnosticSink } from "../../core/diagnostics.ts";
import { PgstowError } from "../../core/errors.ts";
import { alwaysQuoted } from "../../core/identifiers.ts";
import type { ReplaceScope } from "../replace/scope.ts";
import type { SelectedEntry } from "../selection.ts";
import type { RestoreTarget } from "../target.ts";
import { needsOf } from "./needs.ts";
import type { Needs, NeedsOptions } from "./needs.ts";
import { readTargetFacts } from "./target-facts.ts";
import type { TargetFacts } from "./target-facts.ts";

export interface PreflightOptions extends NeedsOptions {
  readonly archive: Pick<ArchiveReader, "metadata">;
  /** What is dropped first; nothing when undefined. */
  readonly replace: ReplaceScope | undefined;
  /** Whether all of it is one transaction, which the server must have room for; true unless given. */
  readonly oneTransaction?: boolean | undefined;
  readonly clean?: boolean | undefined;
  readonly dataOnly?: boolean | undefined;
  readonly role?: string | undefined;
  readonly terminateOthers?: boolean | undefined;
  readonly onDiagnostic?: DiagnosticSink | undefined;
}

/** One thing that would fail, and what helps. */
export interface Obstacle {
  readonly problem: string;
  readonly help?: string;
}

const NAMED_MAX = 5;

/**
 * How many times as many locks one session can have as the server reckons with: the memory is laid out for two sessions at each lock, and a
 * tenth is spare. Measured: 49,500 locks where there is room for 36,352.
 */
const LOCKS_OF_ONE_SESSION = 1.4;

/** Looks at the target before a restore and throws `preflight` with everything that would fail. Nothing is changed but, on demand, others' sessions. */
export function preflight(options: PreflightOptions): (target: RestoreTarget, selected: readonly SelectedEntry[]) => Promise<void> {
  return async (target, selected) => {
    if (options.role !== undefined) await target.query(`SET ROLE ${alwaysQuoted(options.role)}`);
    const needs = needsOf(selected, options);
    const facts = await readTargetFacts(target, needs);
    const found = [...obstacles(needs, facts, options)];
    if (found.length > 0) throw refusal(facts.database, found);
    if (facts.sessions.length > 0) await meetOthers(target, facts, options);
  };
}

export function* obstacles(needs: Needs, facts: TargetFacts, options: Omit<PreflightOptions, "archive">): Generator<Obstacle> {
  if (facts.standby) yield { problem: "the server is a standby, which cannot be written to", help: "restore on its primary" };
  else if (facts.readOnly)
    yield { problem: "the session is read-only", help: "set default_transaction_read_only to off for this role or database" };
  for (const { name, state } of facts.extensions) {
    if (state === "missing") yield { problem: `extension "${name}" is not available on the server`, help: "install its package there" };
    else
      yield {
        problem: `only a superuser may create extension "${name}"`,
        help: `have one run CREATE EXTENSION "${name}" first, or connect as one`,
      };
  }
  const owning = facts.missingRoles.filter((role) => needs.owners.includes(role));
  const granted = facts.missingRoles.filter((role) => !needs.owners.includes(role));
  if (owning.length > 0)
    yield { problem: `no such role, though it owns something: ${some(owning)}`, help: "create it, or leave owners out with --no-owner" };
  const also = facts.missingRoles.filter((role) => needs.grantees.includes(role));
  if (granted.length > 0 || also.length > granted.length) {
    yield {
      problem: `no such role, though it is granted something: ${some(also)}`,
      help: "create it, or leave grants out with --no-privileges",
    };
  }
  if (!facts.superuser && facts.foreignRoles.length > 0) {
    yield {
      problem: `"${facts.user}" is no member of the owner ${some(facts.foreignRoles)}`,
      help: "leave owners out with --no-owner, or connect as a superuser",
    };
  }
  if (!facts.superuser && needs.superuserKinds.length > 0) {
    yield { problem: `only a superuser may create: ${some(needs.superuserKinds)}`, help: "connect as one" };
  }
  if (facts.missingTablespaces.length > 0)
    yield { problem: `no such tablespace: ${some(facts.missingTablespaces)}`, help: "--no-tablespaces" };
  if (facts.missingCollations.length > 0) {
    yield {
      problem: `no such collation: ${some(facts.missingCollations)}`,
      help: "install the locale on the server and run pg_import_system_collations there",
    };
  }
  if (!facts.mayCreateSchemas && needs.schemas.length > 0) {
    yield {
      problem: `"${facts.user}" may not create schemas in database "${facts.database}"`,
      help: `GRANT CREATE ON DATABASE "${facts.database}" TO "${facts.user}"`,
    };
  }
  yield* existing(needs, facts, options);
  yield* lockBudget(needs, facts, options);
}

function* existing(needs: Needs, facts: TargetFacts, options: Omit<PreflightOptions, "archive">): Generator<Obstacle> {
  if (options.replace !== undefined || options.clean === true || options.dataOnly === true) return;
  const there = [...facts.existingRelations, ...facts.existingSchemas.map((name) => `schema ${name}`)];
  if (there.length === 0) return;
  yield {
    problem: `${there.length} of the objects exist already: ${some(there)}`,
    help: "--replace puts the backup in place of all that is there, --into NAME makes a new database",
  };
}

function* lockBudget(needs: Needs, facts: TargetFacts, options: Omit<PreflightOptions, "archive">): Generator<Obstacle> {
  if (options.oneTransaction === false) return;
  const wanted = needs.locks + (options.replace === undefined ? 0 : facts.objects);
  if (wanted <= facts.lockCapacity * LOCKS_OF_ONE_SESSION) return;
  yield {
    problem: `one transaction would take about ${wanted} locks; the server has room for ${facts.lockCapacity}`,
    help: "raise max_locks_per_transaction and restart the server, or restore with --into a new database",
  };
}

async function meetOthers(target: RestoreTarget, { database, sessions }: TargetFacts, options: PreflightOptions): Promise<void> {
  if (options.terminateOthers === true) {
    await target.query(
      `SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE pid IN (${sessions.map(({ pid }) => pid).join(", ")})
       AND datname = pg_catalog.current_database()`,
    );
    return;
  }
  if (options.replace === undefined) return;
  const named = sessions.map(({ user, application, state }) => [user, application, state].filter((part) => part !== "").join(", "));
  options.onDiagnostic?.({
    severity: "warning",
    code: "other-sessions",
    message: `${sessions.length} other ${sessions.length === 1 ? "session is" : "sessions are"} connected to database "${database}"; the restore waits for what they have locked`,
    details: named.slice(0, NAMED_MAX),
    hint: "--terminate-others ends them; --lock-wait-timeout gives up after a while.",
  });
}

function refusal(database: string, found: readonly Obstacle[]): PgstowError {
  const lines = found.map(({ problem, help }) => (help === undefined ? problem : `${problem} (${help})`));
  const count = found.length === 1 ? "one thing" : `${found.length} things`;
  return new PgstowError("preflight", `the restore into database "${database}" would fail for ${count}; nothing was touched`, {
    context: { detail: lines.join("\n") },
  });
}

function some(names: readonly string[]): string {
  const shown = names.slice(0, NAMED_MAX).map((name) => (/^[\w. ]+$/.test(name) ? name : JSON.stringify(name)));
  return names.length > shown.length ? `${shown.join(", ")} and ${names.length - shown.length} more` : shown.join(", ");
}
