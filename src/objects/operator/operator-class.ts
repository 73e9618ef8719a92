import { oidArray } from "../../core/sql-text.ts";
import { classOids, FIRST_NORMAL_OID } from "../class-oids.ts";
import { catalogRead, objectKind } from "../kind.ts";
import type { ReadContext, RenderContext } from "../kind.ts";
import { component, newObjectState, wants } from "../object.ts";
import type { CatalogObject } from "../object.ts";
import { standardParts } from "../parts.ts";
import { bySchema } from "../selection.ts";
import { familyMembersQuery, MEMBER_SEPARATOR, renderFamilyMember } from "./family-members.ts";
import type { FamilyMember } from "./family-members.ts";

export interface OperatorClass extends CatalogObject {
  readonly kind: "operator-class";
  readonly accessMethod: string;
  /** OID of its operator family. */
  readonly family: number;
  /** Those made with the class. */
  readonly members: FamilyMember[];
  details: OperatorClassDetails | null;
}

interface ClassRow {
  readonly oid: number;
  readonly name: string;
  readonly schema: number;
  readonly owner: number;
  readonly access_method: string;
  readonly family: number;
}

const read = catalogRead<ClassRow>({
  name: "operator classes",
  phase: "inventory",
  query: () => `
    SELECT c.oid, c.opcname AS name, c.opcnamespace AS schema, c.opcowner AS owner, a.amname AS access_method,
      c.opcfamily AS family
    FROM pg_catalog.pg_opclass c
    JOIN pg_catalog.pg_am a ON a.oid = c.opcmethod
    WHERE c.oid >= ${FIRST_NORMAL_OID.toString()}`,
  read: (rows, { inventory }) => {
    for (const row of rows) {
      inventory.add<OperatorClass>({
        kind: "operator-class",
        classOid: classOids.pg_opclass,
        oid: row.oid,
        name: row.name,
        schema: inventory.schema(row.schema),
        owner: inventory.role(row.owner),
        acl: null,
        loopRole: "other",
        accessMethod: row.access_method,
        family: row.family,
        members: [],
        details: null,
        ...newObjectState(),
      });
    }
  },
});

interface OperatorClassDetails {
  readonly is_default: boolean;
  readonly input_type: string;
  /** "-" when it is the input type. */
  readonly key_type: string;
  readonly family_schema: string;
  readonly family: string;
}

function wantedClasses({ inventory }: ReadContext): OperatorClass[] {
  return inventory.ofKind<OperatorClass>("operator-class").filter((object) => wants(object, component.definition));
}

const detailsRead = catalogRead<OperatorClassDetails & { readonly oid: number }>({
  name: "operator class definitions",
  phase: "details",
  query: (context) => {
    const wanted = wantedClasses(context);
    if (wanted.length === 0) return null;
    return `
    SELECT c.oid, c.opcdefault AS is_default, c.opcintype::pg_catalog.regtype::text AS input_type,
      c.opckeytype::pg_catalog.regtype::text AS key_type, n.nspname AS family_schema, f.opfname AS family
    FROM pg_catalog.pg_opclass c
    JOIN pg_catalog.pg_opfamily f ON f.oid = c.opcfamily
    JOIN pg_catalog.pg_namespace n ON n.oid = f.opfnamespace
    WHERE c.oid = ANY (${oidArray(wanted.map((object) => object.oid))})`;
  },
  read: (rows, { inventory }) => {
    for (const row of rows) (inventory.find(classOids.pg_opclass, row.oid) as OperatorClass).details = row;
  },
});

const membersRead = catalogRead<FamilyMember>({
  name: "members of operator classes",
  phase: "details",
  query: (context) => {
    const wanted = wantedClasses(context);
    return wanted.length === 0 ? null : familyMembersQuery("pg_opclass", wanted);
  },
  read: (rows, { inventory }) => {
    for (const row of rows) (inventory.find(classOids.pg_opclass, row.owner) as OperatorClass).members.push(row);
  },
});

function renderClass(object: OperatorClass, context: RenderContext): string {
  const { details } = object;
  if (details === null) return "";
  const { q, qualified } = context;
  const items = object.members.map((member) => renderFamilyMember(member, context));
  if (details.key_type !== "-") items.unshift(`STORAGE ${details.key_type}`);
  // A class must say something; this says what would be so anyway.
  if (items.length === 0) items.push(`STORAGE ${details.input_type}`);
  return (
    `CREATE OPERATOR CLASS ${qualified(object)}\n` +
    `    ${details.is_default ? "DEFAULT " : ""}FOR TYPE ${details.input_type} USING ${q(object.accessMethod)}` +
    ` FAMILY ${q(details.family_schema)}.${q(details.family)} AS\n` +
    `    ${items.join(MEMBER_SEPARATOR)};\n`
  );
}

export const operatorClass = objectKind<OperatorClass>({
  kind: "operator-class",
  reads: [read, detailsRead, membersRead],
  select: (object) => bySchema(object),
  sortKey: (object) => ({ schema: object.schema?.name ?? null, name: object.name, ties: [object.accessMethod] }),
  describe: (object, context) => {
    const { q, qualified } = context;
    const using = `USING ${q(object.accessMethod)}`;
    const target = `OPERATOR CLASS ${qualified(object)} ${using}`;
    return {
      definition: {
        kind: "OPERATOR CLASS",
        tag: object.name,
        section: "pre-data",
        create: renderClass(object, context),
        drop: `DROP ${target};\n`,
      },
      parts: standardParts(object, { target, tag: `OPERATOR CLASS ${q(object.name)} ${using}` }),
    };
  },
});
