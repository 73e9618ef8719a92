import { parseArrayOfText } from "../core/array-text.ts";
import { quoteLiteralPortably } from "../core/literals.ts";
import type { AclRow } from "../facets/acl.ts";
import { aclColumns, readAcl, renderAcl } from "../facets/acl.ts";
import type { ClusterContext } from "./cluster-context.ts";
import { heading, readLabels, renderComment, renderLabels } from "./cluster-context.ts";

interface TablespaceRow extends AclRow {
  readonly oid: number;
  readonly name: string;
  readonly owner: string;
  readonly location: string;
  readonly options: string | null;
  readonly comment: string | null;
}

const NOT_OF_INITDB = "t.spcname !~ '^pg_'";

/** All tablespaces in the order in which they were made. */
export async function renderTablespaces(context: ClusterContext): Promise<{ readonly text: string; readonly count: number }> {
  const [rows, labels] = await Promise.all([
    context.session.query<TablespaceRow>(`
      SELECT t.oid, t.spcname AS name, pg_catalog.pg_get_userbyid(t.spcowner) AS owner,
        pg_catalog.pg_tablespace_location(t.oid) AS location, t.spcoptions AS options,
        pg_catalog.shobj_description(t.oid, 'pg_tablespace') AS comment, ${aclColumns("t.spcacl", "t", "t.spcowner")}
      FROM pg_catalog.pg_tablespace t
      WHERE ${NOT_OF_INITDB}
      ORDER BY t.oid`),
    readLabels(context, "pg_tablespace"),
  ]);
  const text = rows.map(
    (row) => renderTablespace(context, row) + renderLabels(context, `TABLESPACE ${context.q(row.name)}`, labels, row.oid),
  );
  return { text: `${rows.length === 0 ? "" : heading("Tablespaces")}${text.join("")}\n\n`, count: rows.length };
}

export async function renderTablespaceDrops({ session, options, q }: ClusterContext): Promise<string> {
  const rows = await session.query<{ readonly name: string }>(
    `SELECT t.spcname AS name FROM pg_catalog.pg_tablespace t WHERE ${NOT_OF_INITDB} ORDER BY t.spcname`,
  );
  const word = options.ifExists === true ? "DROP TABLESPACE IF EXISTS" : "DROP TABLESPACE";
  return `${rows.length === 0 ? "" : heading("Drop tablespaces")}${rows.map(({ name }) => `${word} ${q(name)};\n`).join("")}\n\n`;
}

function renderTablespace(context: ClusterContext, row: TablespaceRow): string {
  const { q, major, options } = context;
  const name = q(row.name);
  const settings = parseArrayOfText(row.options ?? "{}");
  let text = `CREATE TABLESPACE ${name} OWNER ${q(row.owner)} LOCATION ${quoteLiteralPortably(locationOf(row.location, major))};\n`;
  if (settings.length > 0) text += `ALTER TABLESPACE ${name} SET (${settings.join(", ")});\n`;
  const { items, defaults } = readAcl(row);
  if (options.noPrivileges !== true && items !== null) {
    text += renderAcl({ objectType: "TABLESPACE", name, owner: row.owner, items, baseline: defaults, major, q });
  }
  return text + renderComment(context, `TABLESPACE ${name}`, row.comment);
}

/** One inside the data folder says so by an empty location; releases before 16 write the path, which then fails. */
function locationOf(location: string, major: number): string {
  return major >= 16 && !location.startsWith("/") && !/^[A-Za-z]:/.test(location) ? "" : location;
}
