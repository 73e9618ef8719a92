import type { DiagnosticSink } from "../core/diagnostics.ts";
import { PgstowError } from "../core/errors.ts";
import type { ClusterContext } from "./cluster-context.ts";
import { heading } from "./cluster-context.ts";

interface MembershipRow {
  readonly role: string | null;
  readonly member: string | null;
  readonly grantor: string | null;
  readonly grantor_is_first: boolean;
  readonly role_oid: number;
  readonly member_oid: number;
  readonly grantor_oid: number;
  readonly admin: boolean;
  readonly inherit: boolean | null;
  readonly may_set: boolean | null;
}

/** A row whose role and member are there. */
interface Membership extends MembershipRow {
  readonly role: string;
  readonly member: string;
}

/** Who is a member of what. Since 16 a grant needs a grantor who may make it, so that theirs come first. */
export async function renderMemberships(context: ClusterContext, onDiagnostic: DiagnosticSink): Promise<string> {
  const { major } = context;
  const rows = (await readMemberships(context)).flatMap((row) => whole(row, major, onDiagnostic));
  const ordered = major >= 16 ? inLegalOrder(rows) : rows;
  const text = ordered.map((row) => renderMembership(context, row)).join("");
  return `${text === "" ? "" : heading("Role memberships")}${text}\n\n`;
}

function readMemberships({ session, major }: ClusterContext): Promise<MembershipRow[]> {
  const options =
    major >= 16 ? "m.inherit_option AS inherit, m.set_option AS may_set" : "NULL::boolean AS inherit, NULL::boolean AS may_set";
  return session.query<MembershipRow>(`
    SELECT r.rolname AS role, u.rolname AS member, g.rolname AS grantor, m.grantor = 10 AS grantor_is_first,
      m.roleid AS role_oid, m.member AS member_oid, m.grantor AS grantor_oid, m.admin_option AS admin, ${options}
    FROM pg_catalog.pg_auth_members m
    LEFT JOIN pg_catalog.pg_roles r ON r.oid = m.roleid
    LEFT JOIN pg_catalog.pg_roles u ON u.oid = m.member
    LEFT JOIN pg_catalog.pg_roles g ON g.oid = m.grantor
    WHERE NOT (COALESCE(r.rolname, '') ~ '^pg_' AND COALESCE(u.rolname, '') ~ '^pg_')
    ORDER BY r.rolname, u.rolname, g.rolname`);
}

/** Catalogs of old servers may speak of roles that are gone. Before 16 a missing grantor does no harm. */
function whole(row: MembershipRow, major: number, onDiagnostic: DiagnosticSink): Membership[] {
  const missing = row.role === null ? row.role_oid : row.member === null ? row.member_oid : undefined;
  const orphan = missing ?? (major >= 16 && row.grantor === null ? row.grantor_oid : undefined);
  const { role, member } = row;
  if (orphan === undefined && role !== null && member !== null) return [{ ...row, role, member }];
  onDiagnostic({
    severity: "warning",
    code: "orphaned-membership",
    message: `a membership is left out, because there is no role with OID ${String(orphan)}`,
    details: [`role ${role ?? `with OID ${row.role_oid.toString()}`}, member ${member ?? `with OID ${row.member_oid.toString()}`}`],
  });
  return [];
}

/**
 * Per role: a grant waits until its grantor holds the role with admin option. The superuser that initdb made needs none. Throws a
 * PgstowError `catalog` when that is never so.
 */
function inLegalOrder(rows: readonly Membership[]): Membership[] {
  const ordered: Membership[] = [];
  for (const group of byRole(rows)) {
    const admins = new Set<number>();
    let waiting = group;
    while (waiting.length > 0) {
      const later: Membership[] = [];
      for (const row of waiting) {
        if (!row.grantor_is_first && !admins.has(row.grantor_oid)) {
          later.push(row);
          continue;
        }
        if (row.admin) admins.add(row.member_oid);
        ordered.push(row);
      }
      if (later.length === waiting.length) {
        throw new PgstowError("catalog", `could not find a legal dump ordering for memberships in role "${waiting[0]?.role ?? ""}"`);
      }
      waiting = later;
    }
  }
  return ordered;
}

function byRole(rows: readonly Membership[]): Membership[][] {
  const groups: Membership[][] = [];
  for (const row of rows) {
    const last = groups.at(-1);
    if (last?.[0]?.role_oid === row.role_oid) last.push(row);
    else groups.push([row]);
  }
  return groups;
}

function renderMembership({ q, major }: ClusterContext, row: Membership): string {
  const options = row.admin ? ["ADMIN OPTION"] : [];
  if (major >= 16) options.push(`INHERIT ${row.inherit === true ? "TRUE" : "FALSE"}`);
  if (row.may_set === false) options.push("SET FALSE");
  const withOptions = options.length === 0 ? "" : ` WITH ${options.join(", ")}`;
  return `GRANT ${q(row.role)} TO ${q(row.member)}${withOptions}${row.grantor === null ? "" : ` GRANTED BY ${q(row.grantor)}`};\n`;
}
