import type { DiagnosticSink } from "../core/diagnostics.ts";
import type { ClusterContext } from "./cluster-context.ts";
import { renderDatabaseDrops } from "./databases.ts";
import { renderMemberships } from "./memberships.ts";
import { renderParameterPrivileges } from "./parameter-privileges.ts";
import { renderRoleDrops, renderRoles } from "./roles.ts";
import { renderTablespaceDrops, renderTablespaces } from "./tablespaces.ts";

export interface GlobalsText {
  readonly text: string;
  readonly roles: number;
  readonly tablespaces: number;
}

/** What all databases of a server share, but for its databases: drops, roles, memberships, tablespaces. Nothing with --data-only. */
export async function renderGlobals(context: ClusterContext, onDiagnostic: DiagnosticSink, onlyGlobals: boolean): Promise<GlobalsText> {
  const { options } = context;
  if (!wantsDefinitions(context)) return { text: "", roles: 0, tablespaces: 0 };
  const wantsTablespaces = options.rolesOnly !== true && options.noTablespaces !== true;
  const wantsRoles = options.tablespacesOnly !== true;
  const parts: string[] = [];
  if (options.clean === true) {
    if (!onlyGlobals) parts.push(await renderDatabaseDrops(context));
    if (wantsTablespaces) parts.push(await renderTablespaceDrops(context));
    if (wantsRoles) parts.push(await renderRoleDrops(context));
  }
  const roles = wantsRoles ? await renderRoles(context) : { text: "", count: 0 };
  parts.push(roles.text);
  if (wantsRoles) {
    parts.push(await renderMemberships(context, onDiagnostic));
    if (options.noPrivileges !== true) parts.push(await renderParameterPrivileges(context));
    await reportSettingsOfAllRoles(context, onDiagnostic);
  }
  const tablespaces = wantsTablespaces ? await renderTablespaces(context) : { text: "", count: 0 };
  parts.push(tablespaces.text);
  return { text: parts.join(""), roles: roles.count, tablespaces: tablespaces.count };
}

function wantsDefinitions({ options }: ClusterContext): boolean {
  return options.dataOnly !== true && options.noSchema !== true && options.statisticsOnly !== true;
}

/** No release of pg_dumpall writes them, and the script is to be the same. */
async function reportSettingsOfAllRoles({ session }: ClusterContext, onDiagnostic: DiagnosticSink): Promise<void> {
  const rows = await session.query<{ readonly settings: string }>(
    "SELECT s.setconfig AS settings FROM pg_catalog.pg_db_role_setting s WHERE s.setdatabase = 0 AND s.setrole = 0",
  );
  if (rows.length === 0) return;
  onDiagnostic({
    severity: "warning",
    code: "settings-of-all-roles",
    message: "settings of all roles in all databases (ALTER ROLE ALL SET) are not dumped",
    details: rows.map(({ settings }) => settings),
  });
}
