import { oidArray } from "../../core/sql-text.ts";
import { classOids } from "../class-oids.ts";
import { catalogRead, objectKind } from "../kind.ts";
import type { Part, RenderContext } from "../kind.ts";
import { newObjectState } from "../object.ts";
import type { CatalogObject } from "../object.ts";
import type { Type } from "./type.ts";
import { wantedTypes } from "./wanted-types.ts";

/** CHECK of a domain and, from 17 on, its NOT NULL: inside CREATE DOMAIN unless not validated or part of a loop. */
export interface DomainConstraint extends CatalogObject {
  readonly kind: "domain-constraint";
  readonly domain: Type;
  readonly isNotNull: boolean;
  /** `CHECK (...)`, with NOT VALID when it is. */
  readonly text: string;
}

interface ConstraintRow {
  readonly oid: number;
  readonly name: string;
  readonly domain: number;
  readonly text: string | null;
  readonly validated: boolean;
  readonly contype: string;
}

const read = catalogRead<ConstraintRow>({
  name: "domain constraints",
  phase: "details",
  query: (context) => {
    const types = wantedTypes(context, "domain");
    if (types.length === 0) return null;
    const notNull = context.major >= 17;
    return `
    SELECT c.oid, c.conname AS name, c.contypid AS domain, c.convalidated AS validated, c.contype::text AS contype,
      CASE WHEN c.contype = 'c' THEN pg_catalog.pg_get_constraintdef(c.oid) ELSE 'NOT NULL' END AS text
    FROM pg_catalog.pg_constraint c
    WHERE c.contypid = ANY (${oidArray(types.map((type) => type.oid))}) AND c.contype IN (${notNull ? "'c', 'n'" : "'c'"})
    ORDER BY c.contypid, c.conname`;
  },
  read: (rows, { inventory }) => {
    for (const row of rows) {
      const domain = inventory.find(classOids.pg_type, row.domain) as Type;
      const constraint = inventory.add<DomainConstraint>({
        kind: "domain-constraint",
        classOid: classOids.pg_constraint,
        oid: row.oid,
        name: row.name,
        schema: domain.schema,
        owner: domain.owner,
        acl: null,
        loopRole: "domain-check",
        domain,
        isNotNull: row.contype === "n",
        text: row.text ?? "",
        ...newObjectState(),
      });
      constraint.separate = !row.validated;
      constraint.wanted = domain.wanted;
      constraint.partOf = domain;
      domain.constraints.push(constraint);
      // A validated one stands inside CREATE DOMAIN, so the domain waits for what the constraint needs.
      if (row.validated) domain.dependencies.push(constraint);
    }
  },
});

export function domainConstraintComment(constraint: DomainConstraint, { q, qualified }: RenderContext): Part {
  const target = `CONSTRAINT ${q(constraint.name)} ON DOMAIN `;
  return {
    type: "comment",
    target: target + qualified(constraint.domain),
    tag: target + q(constraint.domain.name),
    classOid: classOids.pg_constraint,
    oid: constraint.oid,
  };
}

export const domainConstraint = objectKind<DomainConstraint>({
  kind: "domain-constraint",
  reads: [read],
  section: (object) => (object.separate ? "post-data" : "pre-data"),
  sortKey: (object) => ({ schema: object.schema?.name ?? null, name: object.name, ties: [0, object.domain.name] }),
  describe: (object, context) => {
    if (!object.separate) return null;
    const domain = context.qualified(object.domain);
    const name = context.q(object.name);
    return {
      definition: {
        kind: object.isNotNull ? "CONSTRAINT" : "CHECK CONSTRAINT",
        tag: `${object.domain.name} ${object.name}`,
        section: "post-data",
        create: `ALTER DOMAIN ${domain}\n    ADD CONSTRAINT ${name} ${object.text};\n`,
        drop: `ALTER DOMAIN ${domain} DROP CONSTRAINT ${name};\n`,
      },
      parts: [domainConstraintComment(object, context)],
    };
  },
});
