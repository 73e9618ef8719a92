import { classOids, FIRST_NORMAL_OID } from "../class-oids.ts";
import { catalogRead, objectKind } from "../kind.ts";
import type { RenderContext } from "../kind.ts";
import { component, newObjectState, wants } from "../object.ts";
import type { CatalogObject } from "../object.ts";
import { standardParts } from "../parts.ts";
import { bySchema } from "../selection.ts";
import { familyMembersQuery, MEMBER_SEPARATOR, renderFamilyMember } from "./family-members.ts";
import type { FamilyMember } from "./family-members.ts";

export interface OperatorFamily extends CatalogObject {
  readonly kind: "operator-family";
  readonly accessMethod: string;
  /** Added by ALTER OPERATOR FAMILY; the others stand in their classes. */
  readonly looseMembers: FamilyMember[];
}

interface FamilyRow {
  readonly oid: number;
  readonly name: string;
  readonly schema: number;
  readonly owner: number;
  readonly access_method: string;
}

const read = catalogRead<FamilyRow>({
  name: "operator families",
  phase: "inventory",
  query: () => `
    SELECT f.oid, f.opfname AS name, f.opfnamespace AS schema, f.opfowner AS owner, a.amname AS access_method
    FROM pg_catalog.pg_opfamily f
    JOIN pg_catalog.pg_am a ON a.oid = f.opfmethod
    WHERE f.oid >= ${FIRST_NORMAL_OID.toString()}`,
  read: (rows, { inventory }) => {
    for (const row of rows) {
      inventory.add<OperatorFamily>({
        kind: "operator-family",
        classOid: classOids.pg_opfamily,
        oid: row.oid,
        name: row.name,
        schema: inventory.schema(row.schema),
        owner: inventory.role(row.owner),
        acl: null,
        loopRole: "other",
        accessMethod: row.access_method,
        looseMembers: [],
        ...newObjectState(),
      });
    }
  },
});

const membersRead = catalogRead<FamilyMember>({
  name: "members of operator families",
  phase: "details",
  query: ({ inventory }) => {
    const wanted = inventory.ofKind<OperatorFamily>("operator-family").filter((family) => wants(family, component.definition));
    if (wanted.length === 0) return null;
    return familyMembersQuery(
      "pg_opfamily",
      wanted.map(({ oid }) => ({ oid, family: oid })),
    );
  },
  read: (rows, { inventory }) => {
    for (const row of rows) (inventory.find(classOids.pg_opfamily, row.owner) as OperatorFamily).looseMembers.push(row);
  },
});

function renderFamily(target: string, { looseMembers }: OperatorFamily, context: RenderContext): string {
  const create = `CREATE ${target};\n`;
  if (looseMembers.length === 0) return create;
  const members = looseMembers.map((member) => renderFamilyMember(member, context)).join(MEMBER_SEPARATOR);
  return `${create}ALTER ${target} ADD\n    ${members};\n`;
}

export const operatorFamily = objectKind<OperatorFamily>({
  kind: "operator-family",
  reads: [read, membersRead],
  select: (object) => bySchema(object),
  sortKey: (object) => ({ schema: object.schema?.name ?? null, name: object.name, ties: [object.accessMethod] }),
  describe: (object, context) => {
    const { q, qualified } = context;
    const using = `USING ${q(object.accessMethod)}`;
    const target = `OPERATOR FAMILY ${qualified(object)} ${using}`;
    return {
      definition: {
        kind: "OPERATOR FAMILY",
        tag: object.name,
        section: "pre-data",
        create: renderFamily(target, object, context),
        drop: `DROP ${target};\n`,
      },
      parts: standardParts(object, { target, tag: `OPERATOR FAMILY ${q(object.name)} ${using}` }),
    };
  },
});
