import { oidArray } from "../../core/sql-text.ts";
import { parseArrayOfText } from "../../core/array-text.ts";
import { classOids } from "../class-oids.ts";
import { catalogRead, objectKind } from "../kind.ts";
import type { ReadContext, RenderContext } from "../kind.ts";
import { component, newTablePartState, wants } from "../object.ts";
import type { CatalogObject } from "../object.ts";
import type { Relation } from "./relation.ts";

export interface Policy extends CatalogObject {
  readonly kind: "policy";
  readonly table: Relation;
  /** r select, a insert, w update, d delete, * all */
  readonly command: string;
  readonly permissive: boolean;
  /** Role names in the order of pg_roles, whatever CREATE POLICY said; empty for PUBLIC. */
  readonly roles: readonly string[];
  readonly using: string | null;
  readonly withCheck: string | null;
}

interface PolicyRow {
  readonly oid: number;
  readonly name: string;
  readonly relation: number;
  readonly command: string;
  readonly permissive: boolean;
  readonly roles: string | null;
  readonly using_expr: string | null;
  readonly check_expr: string | null;
}

function tablesWithPolicies({ inventory, selection }: ReadContext): Relation[] {
  if (!selection.policies) return [];
  return inventory
    .ofKind<Relation>("relation")
    .filter((table) => (table.relkind === "r" || table.relkind === "p") && wants(table, component.policy));
}

const read = catalogRead<PolicyRow>({
  name: "policies",
  phase: "details",
  query: (context) => {
    const tables = tablesWithPolicies(context);
    if (tables.length === 0) return null;
    return `
    SELECT p.oid, p.polname AS name, p.polrelid AS relation, p.polcmd::text AS command, p.polpermissive AS permissive,
      CASE WHEN p.polroles <> '{0}' THEN ARRAY(SELECT a.rolname FROM pg_catalog.pg_roles a WHERE a.oid = ANY (p.polroles)) END AS roles,
      pg_catalog.pg_get_expr(p.polqual, p.polrelid) AS using_expr, pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) AS check_expr
    FROM pg_catalog.unnest(${oidArray(tables.map((table) => table.oid))}) AS src(oid)
    JOIN pg_catalog.pg_policy p ON p.polrelid = src.oid`;
  },
  read: (rows, { inventory }) => {
    for (const row of rows) {
      const table = inventory.relation(row.relation);
      if (table === undefined) continue;
      inventory.add<Policy>({
        kind: "policy",
        classOid: classOids.pg_policy,
        oid: row.oid,
        name: row.name,
        loopRole: "other",
        table,
        command: row.command,
        permissive: row.permissive,
        roles: parseArrayOfText(row.roles),
        using: row.using_expr,
        withCheck: row.check_expr,
        ...newTablePartState(table),
      });
    }
  },
});

const COMMANDS: Readonly<Record<string, string>> = { r: " FOR SELECT", a: " FOR INSERT", w: " FOR UPDATE", d: " FOR DELETE" };

function renderPolicy(policy: Policy, { q, qualified }: RenderContext): string {
  let text = `CREATE POLICY ${q(policy.name)} ON ${qualified(policy.table)}`;
  if (!policy.permissive) text += " AS RESTRICTIVE";
  text += COMMANDS[policy.command] ?? "";
  if (policy.roles.length > 0) text += ` TO ${policy.roles.map(q).join(", ")}`;
  if (policy.using !== null) text += ` USING (${policy.using})`;
  if (policy.withCheck !== null) text += ` WITH CHECK (${policy.withCheck})`;
  return `${text};\n`;
}

export const policy = objectKind<Policy>({
  kind: "policy",
  reads: [read],
  section: () => "post-data",
  sortKey: (object) => ({ schema: object.schema?.name ?? null, name: object.name, ties: [object.table.name] }),
  describe: (object, context) => {
    const { q, qualified } = context;
    const table = qualified(object.table);
    const target = `POLICY ${q(object.name)} ON `;
    return {
      definition: {
        kind: "POLICY",
        tag: `${object.table.name} ${object.name}`,
        section: "post-data",
        create: renderPolicy(object, context),
        drop: `DROP POLICY ${q(object.name)} ON ${table};\n`,
        component: component.policy,
      },
      parts: [
        { type: "comment", target: target + table, tag: target + q(object.table.name), classOid: classOids.pg_policy, oid: object.oid },
      ],
    };
  },
});

/** That row security is enabled on a table. */
export interface RowSecurity extends CatalogObject {
  readonly kind: "row-security";
  readonly table: Relation;
}

function derive(context: ReadContext): void {
  for (const table of tablesWithPolicies(context)) {
    if (!table.rowSecurity) continue;
    context.inventory.add<RowSecurity>({
      kind: "row-security",
      classOid: 0,
      oid: table.oid,
      name: table.name,
      loopRole: "other",
      table,
      ...newTablePartState(table),
    });
  }
}

export const rowSecurity = objectKind<RowSecurity>({
  kind: "row-security",
  derive,
  section: () => "post-data",
  sortKey: (object) => ({ schema: object.schema?.name ?? null, name: object.name, ties: [object.table.name] }),
  describe: (object, { qualified }) => ({
    definition: {
      kind: "ROW SECURITY",
      tag: object.name,
      section: "post-data",
      create: `ALTER TABLE ${qualified(object.table)} ENABLE ROW LEVEL SECURITY;`,
      drop: "",
      catalogId: { classOid: 0, oid: object.table.oid },
      dependencies: [object.table],
      component: component.policy,
    },
    parts: [],
  }),
});
