import { grantedAclColumns, readAcl } from "../../facets/acl.ts";
import type { AclRow } from "../../facets/acl.ts";
import { classOids, FIRST_NORMAL_OID } from "../class-oids.ts";
import { catalogRead, objectKind } from "../kind.ts";
import type { Description, ReadContext, RenderContext } from "../kind.ts";
import { newObjectState } from "../object.ts";
import type { CatalogObject, LoopRole } from "../object.ts";
import { standardParts } from "../parts.ts";
import { bySchema } from "../selection.ts";
import { baseTypeRead, describeBaseType } from "./base-type.ts";
import type { BaseTypeDetails } from "./base-type.ts";
import { compositeRead, describeComposite } from "./composite.ts";
import type { CompositeAttribute } from "./composite.ts";
import type { DomainConstraint } from "./domain-constraint.ts";
import { linkDomainCasts } from "./domain-casts.ts";
import { describeDomain, domainRead } from "./domain.ts";
import type { DomainDetails } from "./domain.ts";
import { enumRead, renderEnum } from "./enum.ts";
import { rangeRead, renderRange } from "./range.ts";
import type { RangeDetails } from "./range.ts";
import type { ShellType } from "./shell-type.ts";

/** pg_type.typtype, or "shell" for a type without definition. */
export type TypeVariant = "base" | "composite" | "domain" | "enum" | "range" | "multirange" | "shell" | "pseudo";

export interface Type extends CatalogObject {
  readonly kind: "type";
  readonly variant: TypeVariant;
  /** Row types of relations, array types, multiranges: never printed, only passing order on. */
  readonly isDummy: boolean;
  /** The relation whose row type it is; a composite type has a hidden one. 0 for none. */
  readonly relationOid: number;
  /** For arrays: the element type. */
  readonly elementOid: number;
  /** The `CREATE TYPE name;` that can stand before its functions. */
  shell: ShellType | null;
  /** What the variant needs; filled in when the definition is wanted. */
  enumLabels: string[];
  attributes: CompositeAttribute[];
  range: RangeDetails | null;
  domain: DomainDetails | null;
  constraints: DomainConstraint[];
  base: BaseTypeDetails | null;
}

interface TypeRow extends AclRow {
  readonly oid: number;
  readonly name: string;
  readonly schema: number;
  readonly schema_name: string;
  readonly formatted: string;
  readonly owner: number;
  readonly typtype: string;
  readonly is_defined: boolean;
  readonly typrelid: number;
  readonly relkind: string | null;
  readonly element: number;
  readonly is_array: boolean;
  readonly acl_changed: boolean;
}

const read = catalogRead<TypeRow>({
  name: "types",
  phase: "inventory",
  rowByRow: true,
  query: () => `
    SELECT t.oid, t.typname AS name, t.typnamespace AS schema, n.nspname AS schema_name, pg_catalog.format_type(t.oid, NULL) AS formatted,
      t.typowner AS owner, t.typtype::text AS typtype, t.typisdefined AS is_defined, t.typrelid, c.relkind::text AS relkind,
      t.typelem AS element,
      t.typelem <> 0 AND t.typlen = -1 AND coalesce(e.typarray = t.oid, false) AS is_array,
      ${grantedAclColumns("t.typacl", "'T'", "t.typowner")},
      t.typacl IS DISTINCT FROM p.initprivs AS acl_changed
    FROM pg_catalog.pg_type t
    JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
    LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
    LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem
    LEFT JOIN pg_catalog.pg_init_privs p
      ON p.objoid = t.oid AND p.classoid = 'pg_catalog.pg_type'::pg_catalog.regclass AND p.objsubid = 0`,
  read: (rows, { inventory }) => {
    for (const row of rows) {
      inventory.typeNames.set(row.oid, { schema: row.schema_name, name: row.name, formatted: row.formatted });
      if (row.oid < FIRST_NORMAL_OID && !row.acl_changed) continue;
      const variant = variantOf(row);
      const isDummy = variant === "multirange" || row.is_array || (variant === "composite" && row.relkind !== "c");
      inventory.add<Type>({
        kind: "type",
        classOid: classOids.pg_type,
        oid: row.oid,
        name: row.name,
        schema: inventory.schema(row.schema),
        owner: inventory.role(row.owner),
        acl: readAcl(row),
        loopRole: loopRole(variant, isDummy),
        variant,
        isDummy,
        relationOid: row.typrelid,
        elementOid: row.element,
        shell: null,
        enumLabels: [],
        attributes: [],
        range: null,
        domain: null,
        constraints: [],
        base: null,
        ...newObjectState(),
      });
    }
  },
});

function variantOf(row: TypeRow): TypeVariant {
  if (!row.is_defined && row.typtype !== "d") return "shell";
  switch (row.typtype) {
    case "c":
      return "composite";
    case "d":
      return "domain";
    case "e":
      return "enum";
    case "r":
      return "range";
    case "m":
      return "multirange";
    case "p":
      return "pseudo";
    default:
      return "base";
  }
}

function loopRole(variant: TypeVariant, isDummy: boolean): LoopRole {
  if (isDummy) return "other";
  return variant === "domain" ? "domain" : "type";
}

function select(type: Type, { inventory }: ReadContext): number {
  if (type.isDummy) {
    const relation = type.relationOid === 0 ? undefined : inventory.relation(type.relationOid);
    return relation?.wanted ?? 0;
  }
  return bySchema(type);
}

function describe(type: Type, context: RenderContext): Description | null {
  if (type.isDummy) return null;
  switch (type.variant) {
    case "enum":
      return describePlain(type, context, renderEnum(type, context));
    case "range":
      return describePlain(type, context, renderRange(type, context));
    case "composite":
      return describeComposite(type, context);
    case "domain":
      return describeDomain(type, context);
    case "base":
      return describeBaseType(type, context);
    case "shell":
      return describePlain(type, context, `CREATE TYPE ${context.qualified(type)};\n`);
    case "multirange":
    case "pseudo":
      return describePlain(type, context, "");
  }
}

function describePlain(type: Type, { q, qualified }: RenderContext, create: string): Description {
  const name = qualified(type);
  return {
    definition: { kind: "TYPE", tag: type.name, section: "pre-data", create, drop: `DROP TYPE ${name};\n` },
    parts: standardParts(type, { target: `TYPE ${name}`, tag: `TYPE ${q(type.name)}`, acl: { objectType: "TYPE", name } }),
  };
}

export const type = objectKind<Type>({
  kind: "type",
  reads: [read, enumRead, compositeRead, rangeRead, domainRead, baseTypeRead],
  link: linkDomainCasts,
  select,
  describe,
});
