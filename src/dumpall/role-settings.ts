import { parseArrayOfText } from "../core/array-text.ts";
import { quoteLiteralPortably } from "../core/literals.ts";
import { renderSetting } from "../core/setting-text.ts";
import type { ClusterContext } from "./cluster-context.ts";
import { heading } from "./cluster-context.ts";

interface SettingsRow {
  readonly role: string;
  readonly settings: string;
}

/**
 * Settings of roles in all databases; those in one database are part of its dump. Releases before 15 write their headings otherwise, and
 * none when there is nothing to set.
 */
export async function renderRoleSettings(context: ClusterContext, roles: readonly string[]): Promise<string> {
  if (roles.length === 0) return "";
  const { session, q, major } = context;
  const rows = await session.query<SettingsRow>(`
    SELECT r.rolname AS role, s.setconfig AS settings
    FROM pg_catalog.pg_db_role_setting s
    JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
    WHERE s.setdatabase = 0`);
  const byRole = new Map(rows.map(({ role, settings }) => [role, parseArrayOfText(settings)]));
  const blocks = roles.flatMap((role) => {
    const lines = (byRole.get(role) ?? []).flatMap((setting) => {
      const statement = renderSetting(setting, { q, literal: quoteLiteralPortably });
      return statement === null ? [] : [`ALTER ROLE ${q(role)} ${statement};\n`];
    });
    return lines.length === 0 ? [] : [{ title: heading(`User Config "${role}"`), lines }];
  });
  if (major >= 15) {
    return `\n--\n-- User Configurations\n--\n${blocks.map(({ title, lines }) => `\n${title}${lines.join("")}`).join("")}`;
  }
  return blocks.map(({ title, lines }) => heading("User Configurations") + lines.map((line) => title + line).join("")).join("");
}
