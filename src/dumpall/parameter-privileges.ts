import type { AclRow } from "../facets/acl.ts";
import { aclColumns, readAcl, renderAcl } from "../facets/acl.ts";
import type { ClusterContext } from "./cluster-context.ts";
import { heading } from "./cluster-context.ts";

interface ParameterRow extends AclRow {
  readonly name: string;
  readonly owner: string;
}

/** Who may set which server setting; since 15. They belong to the superuser that initdb made. */
export async function renderParameterPrivileges({ session, major, q }: ClusterContext): Promise<string> {
  if (major < 15) return "";
  const rows = await session.query<ParameterRow>(`
    SELECT p.parname AS name, pg_catalog.pg_get_userbyid(10) AS owner, ${aclColumns("p.paracl", "p", "10")}
    FROM pg_catalog.pg_parameter_acl p
    ORDER BY p.parname`);
  const text = rows.map((row) => {
    const { items, defaults } = readAcl(row);
    return renderAcl({
      objectType: "PARAMETER",
      name: q(row.name),
      owner: row.owner,
      items: items ?? defaults,
      baseline: defaults,
      major,
      q,
    });
  });
  return `${rows.length === 0 ? "" : heading("Role privileges on configuration parameters")}${text.join("")}\n\n`;
}
