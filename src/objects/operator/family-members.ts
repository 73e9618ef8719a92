import { oidArray } from "../../core/sql-text.ts";
import type { RenderContext } from "../kind.ts";

/** An operator or support function of an operator class, or a loose one of an operator family. */
export interface FamilyMember {
  /** Class or family. */
  readonly owner: number;
  /** Strategy of an operator, number of a function. */
  readonly number: number;
  /** regoperator or regprocedure text */
  readonly member: string;
  /** The family that an ordering operator sorts by. */
  readonly sort_schema: string | null;
  readonly sort_family: string | null;
  /** Operand types, of functions. */
  readonly left: string | null;
  readonly right: string | null;
  readonly is_function: boolean;
}

/**
 * SQL that lists the members of classes or families. Members hang on the class that made them or, when they were added later, on the
 * family: pg_depend says which. Equal numbers come in the order of those dependencies.
 */
export function familyMembersQuery(catalog: "pg_opclass" | "pg_opfamily", owners: readonly number[]): string {
  const dependsOnOwner = (member: "pg_amop" | "pg_amproc"): string => `
      d.classid = 'pg_catalog.${member}'::pg_catalog.regclass AND d.refclassid = 'pg_catalog.${catalog}'::pg_catalog.regclass
      AND d.refobjid = ANY (${oidArray(owners)})`;
  return `
    SELECT owner, number, member, sort_schema, sort_family, "left", "right", is_function
    FROM (
      SELECT d.refobjid AS owner, o.amopstrategy::int4 AS number, o.amopopr::pg_catalog.regoperator::text AS member,
        n.nspname AS sort_schema, f.opfname AS sort_family, NULL::text AS "left", NULL::text AS "right", false AS is_function, d.ctid AS place
      FROM pg_catalog.pg_depend d
      JOIN pg_catalog.pg_amop o ON o.oid = d.objid
      LEFT JOIN pg_catalog.pg_opfamily f ON f.oid = o.amopsortfamily
      LEFT JOIN pg_catalog.pg_namespace n ON n.oid = f.opfnamespace
      WHERE ${dependsOnOwner("pg_amop")}
      UNION ALL
      SELECT d.refobjid, p.amprocnum::int4, p.amproc::pg_catalog.regprocedure::text, NULL, NULL,
        p.amproclefttype::pg_catalog.regtype::text, p.amprocrighttype::pg_catalog.regtype::text, true, d.ctid
      FROM pg_catalog.pg_depend d
      JOIN pg_catalog.pg_amproc p ON p.oid = d.objid
      WHERE ${dependsOnOwner("pg_amproc")}
    ) AS members
    ORDER BY owner, is_function, number, place`;
}

/** `OPERATOR 1 <(integer,bigint)`, `FUNCTION 1 (integer, bigint) btint48cmp(integer,bigint)` */
export function renderFamilyMember(member: FamilyMember, { q }: RenderContext): string {
  const number = member.number.toString();
  if (member.is_function) return `FUNCTION ${number} (${member.left ?? ""}, ${member.right ?? ""}) ${member.member}`;
  const sorts = member.sort_schema !== null && member.sort_family !== null;
  const orderBy = sorts ? ` FOR ORDER BY ${q(member.sort_schema)}.${q(member.sort_family)}` : "";
  return `OPERATOR ${number} ${member.member}${orderBy}`;
}

/** Between two members. */
export const MEMBER_SEPARATOR = " ,\n    ";
