import { oidArray } from "../../core/sql-text.ts";
import { classOids } from "../class-oids.ts";
import { catalogRead } from "../kind.ts";
import type { Description, Part, RenderContext } from "../kind.ts";
import { standardParts } from "../parts.ts";
import { domainConstraintComment } from "./domain-constraint.ts";
import type { Type } from "./type.ts";
import { wantedTypes } from "./wanted-types.ts";

export interface DomainDetails {
  readonly baseType: string;
  readonly notNull: boolean;
  readonly default: string | null;
  /** Named only when it is not the base type's own. */
  readonly collation: { readonly schema: { readonly name: string }; readonly name: string } | null;
}

interface DomainRow {
  readonly oid: number;
  readonly base_type: string;
  readonly not_null: boolean;
  readonly default_expr: string | null;
  readonly default_text: string | null;
  readonly collation_schema: string | null;
  readonly collation_name: string | null;
}

export const domainRead = catalogRead<DomainRow>({
  name: "domains",
  phase: "details",
  query: (context) => {
    const types = wantedTypes(context, "domain");
    if (types.length === 0) return null;
    return `
    SELECT t.oid, pg_catalog.format_type(t.typbasetype, t.typtypmod) AS base_type, t.typnotnull AS not_null,
      pg_catalog.pg_get_expr(t.typdefaultbin, 0) AS default_expr, t.typdefault AS default_text,
      cn.nspname AS collation_schema, co.collname AS collation_name
    FROM pg_catalog.pg_type t
    JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype
    LEFT JOIN pg_catalog.pg_collation co ON co.oid = t.typcollation AND t.typcollation <> b.typcollation
    LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = co.collnamespace
    WHERE t.oid = ANY (${oidArray(types.map((type) => type.oid))})`;
  },
  read: (rows, { inventory }) => {
    for (const row of rows) {
      const collation =
        row.collation_schema === null || row.collation_name === null
          ? null
          : { schema: { name: row.collation_schema }, name: row.collation_name };
      (inventory.find(classOids.pg_type, row.oid) as Type).domain = {
        baseType: row.base_type,
        notNull: row.not_null,
        default: row.default_expr ?? row.default_text,
        collation,
      };
    }
  },
});

export function describeDomain(type: Type, context: RenderContext): Description {
  const { q, qualified } = context;
  const name = qualified(type);
  const inline = type.constraints.filter((constraint) => !constraint.separate);
  const comments = inline.map((constraint): Part => domainConstraintComment(constraint, context));
  return {
    definition: {
      kind: "DOMAIN",
      tag: type.name,
      section: "pre-data",
      create: renderDomain(type, context),
      drop: `DROP DOMAIN ${name};\n`,
    },
    parts: [
      ...standardParts(type, {
        target: `DOMAIN ${name}`,
        tag: `DOMAIN ${q(type.name)}`,
        acl: { objectType: "TYPE", name, tag: `TYPE ${q(type.name)}` },
      }),
      ...comments,
    ],
  };
}

function renderDomain(type: Type, context: RenderContext): string {
  const { domain } = type;
  if (domain === null) return "";
  let text = `CREATE DOMAIN ${context.qualified(type)} AS ${domain.baseType}`;
  if (domain.collation !== null) text += ` COLLATE ${context.qualified(domain.collation)}`;
  text += renderNotNull(type, domain, context);
  if (domain.default !== null) text += ` DEFAULT ${domain.default}`;
  for (const constraint of type.constraints) {
    if (constraint.separate || constraint.isNotNull) continue;
    text += `\n\tCONSTRAINT ${context.q(constraint.name)} ${constraint.text}`;
  }
  return `${text};\n`;
}

/** From 17 on NOT NULL has a name, printed when it is not the one that the server would choose. */
function renderNotNull(type: Type, domain: DomainDetails, { q }: RenderContext): string {
  const constraint = type.constraints.find((candidate) => candidate.isNotNull);
  if (constraint !== undefined) {
    return constraint.name === `${type.name}_not_null` ? " NOT NULL" : ` CONSTRAINT ${q(constraint.name)} NOT NULL`;
  }
  return domain.notNull ? " NOT NULL" : "";
}
