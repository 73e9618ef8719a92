import { PgstowError } from "../core/errors.ts";
import { quoteLiteralPortably } from "../core/literals.ts";
import type { ClusterContext } from "./cluster-context.ts";
import { heading, readLabels, renderComment, renderLabels } from "./cluster-context.ts";
import { renderRoleSettings } from "./role-settings.ts";

interface RoleRow {
  readonly oid: number;
  readonly name: string;
  readonly superuser: boolean;
  readonly inherit: boolean;
  readonly create_role: boolean;
  readonly create_db: boolean;
  readonly can_login: boolean;
  readonly replication: boolean;
  readonly bypass_rls: boolean;
  readonly connection_limit: number;
  readonly password: string | null;
  readonly valid_until: string | null;
  readonly comment: string | null;
}

/** Roles that initdb makes begin so. */
const NOT_OF_INITDB = "r.rolname !~ '^pg_'";

export interface RolesText {
  readonly text: string;
  readonly count: number;
}

/** All roles with their attributes and settings. */
export async function renderRoles(context: ClusterContext): Promise<RolesText> {
  // What may be refused comes alone: in a transaction, nothing works after it.
  const roles = await readRoles(context);
  const labels = await readLabels(context, "pg_authid");
  const settings = await renderRoleSettings(
    context,
    roles.map(({ name }) => name),
  );
  const text = roles.map((role) => renderRole(context, role) + renderLabels(context, `ROLE ${context.q(role.name)}`, labels, role.oid));
  return { text: `${roles.length === 0 ? "" : heading("Roles")}${text.join("")}${settings}\n\n`, count: roles.length };
}

export async function renderRoleDrops({ session, options, q }: ClusterContext): Promise<string> {
  const roles = await session.query<{ readonly name: string }>(
    `SELECT r.rolname AS name FROM pg_catalog.pg_roles r WHERE ${NOT_OF_INITDB} ORDER BY r.rolname`,
  );
  const word = options.ifExists === true ? "DROP ROLE IF EXISTS" : "DROP ROLE";
  return `${roles.length === 0 ? "" : heading("Drop roles")}${roles.map(({ name }) => `${word} ${q(name)};\n`).join("")}\n\n`;
}

async function readRoles({ session, options }: ClusterContext): Promise<RoleRow[]> {
  const withoutPasswords = options.noRolePasswords === true;
  try {
    return await session.query<RoleRow>(`
      SELECT r.oid, r.rolname AS name, r.rolsuper AS superuser, r.rolinherit AS inherit, r.rolcreaterole AS create_role,
        r.rolcreatedb AS create_db, r.rolcanlogin AS can_login, r.rolreplication AS replication, r.rolbypassrls AS bypass_rls,
        r.rolconnlimit AS connection_limit, ${withoutPasswords ? "NULL::text" : "r.rolpassword"} AS password,
        r.rolvaliduntil::text AS valid_until, pg_catalog.shobj_description(r.oid, 'pg_authid') AS comment
      FROM pg_catalog.${withoutPasswords ? "pg_roles" : "pg_authid"} r
      WHERE ${NOT_OF_INITDB}
      ORDER BY r.rolname`);
  } catch (error) {
    if (withoutPasswords || !(error instanceof PgstowError) || error.context.sqlstate !== "42501") throw error;
    throw new PgstowError("privilege", "the role may not read the passwords of roles", {
      cause: error,
      context: error.context,
      hint: "Connect as a superuser, or leave the passwords out with --no-role-passwords.",
    });
  }
}

function renderRole(context: ClusterContext, role: RoleRow): string {
  const name = context.q(role.name);
  const may = (allowed: boolean, word: string): string => (allowed ? ` ${word}` : ` NO${word}`);
  let text = `CREATE ROLE ${name};\nALTER ROLE ${name} WITH`;
  text += may(role.superuser, "SUPERUSER") + may(role.inherit, "INHERIT") + may(role.create_role, "CREATEROLE");
  text += may(role.create_db, "CREATEDB") + may(role.can_login, "LOGIN") + may(role.replication, "REPLICATION");
  text += may(role.bypass_rls, "BYPASSRLS");
  if (role.connection_limit !== -1) text += ` CONNECTION LIMIT ${role.connection_limit.toString()}`;
  if (role.password !== null) text += ` PASSWORD ${quoteLiteralPortably(role.password)}`;
  if (role.valid_until !== null) text += ` VALID UNTIL ${quoteLiteralPortably(role.valid_until)}`;
  return `${text};\n${renderComment(context, `ROLE ${name}`, role.comment)}`;
}
