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

/** Who has members: a class with its family, or a family that is its own. */
export interface MemberOwner {
  readonly oid: number;
  readonly family: number;
}

/**
 * SQL that lists the members of classes or families, each one's operators before its functions. Members hang on the class that made
 * them or, when they were added later, on the family: pg_depend says which. Members with the same number have no order of their own:
 * each owner has a branch with the conditions that pg_dump's query has, so that the planner puts them into the same order.
 */
export function familyMembersQuery(catalog: "pg_opclass" | "pg_opfamily", owners: readonly MemberOwner[]): string {
  const operators = owners.map(
    ({ oid, family }) => `
    (SELECT ${oid.toString()}::pg_catalog.oid AS owner, o.amopstrategy AS number, o.amopopr::pg_catalog.regoperator::text AS member,
      n.nspname::text AS sort_schema, f.opfname::text AS sort_family, NULL::text AS "left", NULL::text AS "right", false AS is_function
    FROM pg_catalog.pg_amop o
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_amop'::pg_catalog.regclass AND d.objid = o.oid
    LEFT JOIN pg_catalog.pg_opfamily f ON f.oid = o.amopsortfamily
    LEFT JOIN pg_catalog.pg_namespace n ON n.oid = f.opfnamespace
    WHERE d.refclassid = 'pg_catalog.${catalog}'::pg_catalog.regclass AND d.refobjid = ${oid.toString()}::pg_catalog.oid
      AND o.amopfamily = ${family.toString()}::pg_catalog.oid
    ORDER BY o.amopstrategy)`,
  );
  const functions = owners.map(
    ({ oid }) => `
    (SELECT ${oid.toString()}::pg_catalog.oid, p.amprocnum, p.amproc::pg_catalog.regprocedure::text, NULL, NULL,
      p.amproclefttype::pg_catalog.regtype::text, p.amprocrighttype::pg_catalog.regtype::text, true
    FROM pg_catalog.pg_amproc p, pg_catalog.pg_depend d
    WHERE d.refclassid = 'pg_catalog.${catalog}'::pg_catalog.regclass AND d.refobjid = ${oid.toString()}::pg_catalog.oid
      AND d.classid = 'pg_catalog.pg_amproc'::pg_catalog.regclass AND d.objid = p.oid
    ORDER BY p.amprocnum)`,
  );
  return [...operators, ...functions].join("\n    UNION ALL");
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
