import { renderAcl } from "../facets/acl.ts";
import { parseArrayOfText } from "../core/array-text.ts";
import type { Schema } from "./schema.ts";
import { classOids } from "./class-oids.ts";
import { catalogRead, objectKind } from "./kind.ts";
import type { AclObjectType, ReadContext, RenderContext } from "./kind.ts";
import { ALL_COMPONENTS, component, newObjectState, NO_COMPONENTS } from "./object.ts";
import type { CatalogObject } from "./object.ts";

/** Privileges that one role's future objects get, everywhere or in one schema. */
export interface DefaultAcl extends CatalogObject {
  readonly kind: "default-acl";
  /** r tables, S sequences, f functions, T types, n schemas, L large objects: pg_default_acl.defaclobjtype */
  readonly objectLetter: string;
  readonly items: readonly string[];
  readonly baseline: readonly string[];
}

interface DefaultAclRow {
  readonly oid: number;
  readonly role: number;
  readonly schema: number;
  readonly letter: string;
  readonly acl: string;
  readonly baseline: string;
}

const read = catalogRead<DefaultAclRow>({
  name: "default privileges",
  phase: "inventory",
  // In a schema they add to the global ones, so there the comparison starts from nothing.
  query: () => `
    SELECT d.oid, d.defaclrole AS role, d.defaclnamespace AS schema, d.defaclobjtype::text AS letter, d.defaclacl AS acl,
      CASE WHEN d.defaclnamespace = 0
        THEN pg_catalog.acldefault(CASE WHEN d.defaclobjtype = 'S' THEN 's'::"char" ELSE d.defaclobjtype END, d.defaclrole)
        ELSE '{}' END AS baseline
    FROM pg_catalog.pg_default_acl d
    WHERE d.defaclobjtype IN ('r', 'S', 'f', 'T', 'n', 'L')`,
  read: (rows, { inventory }) => {
    for (const row of rows) {
      inventory.add<DefaultAcl>({
        kind: "default-acl",
        classOid: classOids.pg_default_acl,
        oid: row.oid,
        name: row.letter,
        schema: row.schema === 0 ? null : inventory.schema(row.schema),
        owner: inventory.role(row.role),
        acl: null,
        loopRole: "other",
        objectLetter: row.letter,
        items: parseArrayOfText(row.acl),
        baseline: parseArrayOfText(row.baseline),
        ...newObjectState(),
      });
    }
  },
});

function select(object: DefaultAcl, { selection }: ReadContext): number {
  const schema: Schema | null = object.schema;
  if (schema !== null) return schema.contained;
  return selection.everything ? ALL_COMPONENTS : NO_COMPONENTS;
}

const PLURALS: Readonly<Record<string, string>> = {
  r: "TABLES",
  S: "SEQUENCES",
  f: "FUNCTIONS",
  T: "TYPES",
  n: "SCHEMAS",
  L: "LARGE OBJECTS",
};
const OBJECT_TYPES: Readonly<Record<string, AclObjectType>> = {
  r: "TABLE",
  S: "SEQUENCE",
  f: "FUNCTION",
  T: "TYPE",
  n: "SCHEMA",
  L: "LARGE OBJECT",
};

function renderDefaultAcl(object: DefaultAcl, { q, major }: RenderContext): string {
  const inSchema = object.schema === null ? "" : `IN SCHEMA ${q(object.schema.name)} `;
  return renderAcl({
    objectType: OBJECT_TYPES[object.objectLetter] ?? "TABLE",
    name: PLURALS[object.objectLetter] ?? "",
    owner: object.owner,
    items: object.items,
    baseline: object.baseline,
    major,
    q,
    prefix: `ALTER DEFAULT PRIVILEGES FOR ROLE ${q(object.owner)} ${inSchema}`,
  });
}

export const defaultAcl = objectKind<DefaultAcl>({
  kind: "default-acl",
  reads: [read],
  select,
  section: () => "post-data",
  sortKey: (object) => ({ schema: object.schema?.name ?? null, name: object.name, ties: [object.owner] }),
  describe: (object, context) => {
    const create = renderDefaultAcl(object, context);
    if (create === "") return null;
    return {
      definition: {
        kind: "DEFAULT ACL",
        tag: `DEFAULT PRIVILEGES FOR ${PLURALS[object.objectLetter] ?? ""}`,
        section: "post-data",
        create,
        drop: "",
        component: component.acl,
      },
      parts: [],
    };
  },
});
