import { aclColumns, readAcl } from "../../facets/acl.ts";
import type { AclRow } from "../../facets/acl.ts";
import { classOids } from "../class-oids.ts";
import { catalogRead, objectKind } from "../kind.ts";
import type { Description, Part, ReadContext, SortKey } from "../kind.ts";
import { ALL_COMPONENTS, component, newObjectState } from "../object.ts";
import type { CatalogObject } from "../object.ts";

/**
 * One large object, which is pre-data; or from 17 on a group of at most 1,000 with the same owner and privileges, which is data.
 * Definition, comments and privileges; the bytes are another object.
 */
export interface LargeObject extends CatalogObject {
  readonly kind: "large-object" | "large-object-group";
  readonly members: readonly number[];
}

/** The bytes: of all large objects in one entry before 17, of one group from then on. */
export interface LargeObjectData extends CatalogObject {
  readonly kind: "large-object-data";
  readonly members: readonly number[];
}

interface LargeObjectRow extends AclRow {
  readonly oid: number;
  readonly owner: number;
}

const MEMBERS_MAX = 1000;

export function areLargeObjectsWanted({ selection }: ReadContext): boolean {
  return selection.dataWanted && (selection.largeObjects ?? selection.everything);
}

const read = catalogRead<LargeObjectRow>({
  name: "large objects",
  phase: "inventory",
  query: (context) =>
    areLargeObjectsWanted(context)
      ? `
    SELECT m.oid, m.lomowner AS owner, ${aclColumns("m.lomacl", "L", "m.lomowner")}
    FROM pg_catalog.pg_largeobject_metadata m
    ORDER BY ${context.major >= 17 ? "m.lomowner, m.lomacl::pg_catalog.text, m.oid" : "m.oid"}`
      : null,
  read: (rows, { inventory, major }) => {
    const groups = major >= 17 ? groupRows(rows) : rows.map((row) => [row]);
    const objects = groups.map((group) => addGroup(inventory, group, major >= 17 ? "large-object-group" : "large-object"));
    if (major < 17 && objects.length > 0) {
      addData(
        inventory,
        "BLOBS",
        "",
        rows.map((row) => row.oid),
      );
    }
    if (major >= 17) {
      for (const object of objects) addData(inventory, object.name, object.owner, object.members).dependencies.push(object);
    }
  },
});

/** Runs of rows with equal owner and privileges. */
function groupRows(rows: readonly LargeObjectRow[]): LargeObjectRow[][] {
  const groups: LargeObjectRow[][] = [];
  for (const row of rows) {
    const group = groups.at(-1);
    const first = group?.[0];
    const fits = first !== undefined && first.owner === row.owner && first.acl === row.acl && (group?.length ?? 0) < MEMBERS_MAX;
    if (fits) group?.push(row);
    else groups.push([row]);
  }
  return groups;
}

function groupName(members: readonly number[]): string {
  const [first, last] = [members[0] ?? 0, members.at(-1) ?? 0];
  return members.length === 1 ? first.toString() : `${first.toString()}..${last.toString()}`;
}

function addGroup(inventory: ReadContext["inventory"], group: readonly LargeObjectRow[], kind: LargeObject["kind"]): LargeObject {
  const first = group[0];
  if (first === undefined) throw new Error("a group of large objects has members");
  const members = group.map((row) => row.oid);
  const object = inventory.add<LargeObject>({
    ...newObjectState(),
    kind,
    classOid: classOids.pg_largeobject,
    oid: first.oid,
    name: groupName(members),
    schema: null,
    owner: inventory.role(first.owner),
    acl: readAcl(first),
    loopRole: "other",
    members,
  });
  object.wanted = ALL_COMPONENTS;
  return object;
}

function addData(inventory: ReadContext["inventory"], name: string, owner: string, members: readonly number[]): LargeObjectData {
  const data = inventory.add<LargeObjectData>({
    ...newObjectState(),
    kind: "large-object-data",
    classOid: 0,
    oid: 0,
    name,
    schema: null,
    owner,
    acl: null,
    loopRole: "other",
    members,
  });
  data.wanted = component.data;
  return data;
}

function commentParts(object: LargeObject): Part[] {
  return object.members.flatMap((oid): Part[] => {
    const target = `LARGE OBJECT ${oid.toString()}`;
    const { classOid } = object;
    return [
      { type: "comment", target, tag: target, classOid, oid },
      { type: "security-labels", tag: target, classOid, oid, targets: new Map([[0, target]]) },
    ];
  });
}

function describe(object: LargeObject): Description {
  const isGroup = object.kind === "large-object-group";
  const call = (name: string): string => object.members.map((oid) => `SELECT pg_catalog.${name}('${oid.toString()}');\n`).join("");
  const isOne = object.members.length === 1;
  return {
    definition: {
      kind: isGroup ? "BLOB METADATA" : "BLOB",
      tag: object.name,
      section: isGroup ? "data" : "pre-data",
      // The text of a group has no line feed at its end, so one blank line follows it and not two.
      create: isGroup ? call("lo_create").trimEnd() : call("lo_create"),
      drop: call("lo_unlink"),
    },
    parts: [
      ...commentParts(object),
      {
        type: "acl",
        objectType: "LARGE OBJECT",
        name: object.name,
        tag: isOne ? `LARGE OBJECT ${object.name}` : `LARGE OBJECTS ${object.name}`,
        ...(isOne ? {} : { members: object.members.map(String) }),
      },
    ],
  };
}

const sortKey = (object: CatalogObject): SortKey => ({ schema: null, name: object.name, ties: [] });

export const largeObject = objectKind<LargeObject>({ kind: "large-object", reads: [read], sortKey, describe });

export const largeObjectGroup = objectKind<LargeObject>({ kind: "large-object-group", section: () => "data", sortKey, describe });

export const largeObjectData = objectKind<LargeObjectData>({
  kind: "large-object-data",
  section: () => "data",
  sortKey,
  describe: (object, { major }) => ({
    definition: {
      kind: "BLOBS",
      tag: object.name,
      section: "data",
      create: "",
      drop: "",
      data: "large-objects",
      catalogId: { classOid: 0, oid: 0 },
      // Before 17 the one entry of all objects names none.
      dependencies: major >= 17 ? object.dependencies : [],
      component: component.data,
    },
    parts: [],
  }),
});
