import { parseArrayOfNumbers, parseArrayOfText } from "../core/array-text.ts";
import { classOids, FIRST_NORMAL_OID } from "./class-oids.ts";
import { catalogRead, objectKind } from "./kind.ts";
import type { ReadContext } from "./kind.ts";
import { ALL_COMPONENTS, component, newObjectState, NO_COMPONENTS } from "./object.ts";
import type { CatalogObject } from "./object.ts";
import { standardParts } from "./parts.ts";

export interface Extension extends CatalogObject {
  readonly kind: "extension";
  readonly installSchema: string;
  /** Configuration tables and sequences, whose rows belong to the user: OID and the WHERE condition ("" for all rows). */
  readonly configuration: readonly { readonly oid: number; readonly condition: string }[];
  /** Components wanted of its members. */
  contained: number;
}

interface ExtensionRow {
  readonly oid: number;
  readonly name: string;
  readonly schema: string;
  readonly config: string | null;
  readonly conditions: string | null;
}

const read = catalogRead<ExtensionRow>({
  name: "extensions",
  phase: "inventory",
  query: () => `
    SELECT x.oid, x.extname AS name, n.nspname AS schema, x.extconfig AS config, x.extcondition AS conditions
    FROM pg_catalog.pg_extension x JOIN pg_catalog.pg_namespace n ON n.oid = x.extnamespace`,
  read: (rows, { inventory }) => {
    for (const row of rows) {
      const conditions = parseArrayOfText(row.conditions);
      inventory.add<Extension>({
        kind: "extension",
        classOid: classOids.pg_extension,
        oid: row.oid,
        name: row.name,
        schema: null,
        owner: "",
        acl: null,
        loopRole: "other",
        installSchema: row.schema,
        configuration: parseArrayOfNumbers(row.config).map((oid, index) => ({ oid, condition: conditions[index] ?? "" })),
        contained: NO_COMPONENTS,
        ...newObjectState(),
      });
    }
  },
});

interface MemberRow {
  readonly classid: number;
  readonly objid: number;
  readonly extension: number;
}

/** Read before all other kinds, so that every object knows its extension when it is added. */
const readMembers = catalogRead<MemberRow>({
  name: "extension members",
  phase: "inventory",
  query: () => `
    SELECT d.classid, d.objid, d.refobjid AS extension
    FROM pg_catalog.pg_depend d
    WHERE d.deptype = 'e' AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass`,
  read: (rows, { inventory }) => {
    for (const row of rows) {
      const extension = inventory.find(classOids.pg_extension, row.extension) as Extension | undefined;
      if (extension === undefined) continue;
      let members = inventory.extensionMembers.get(row.classid);
      if (members === undefined) inventory.extensionMembers.set(row.classid, (members = new Map<number, Extension>()));
      members.set(row.objid, extension);
    }
  },
});

function select(extension: Extension, { selection }: ReadContext): number {
  const wanted = selectOwn(extension, selection);
  extension.contained = wanted;
  return wanted;
}

function selectOwn(extension: Extension, selection: ReadContext["selection"]): number {
  if (selection.excludedExtensions.has(extension.oid)) return NO_COMPONENTS;
  if (extension.oid < FIRST_NORMAL_OID) return component.acl;
  if (selection.extensions !== null) return selection.extensions.has(extension.oid) ? ALL_COMPONENTS : NO_COMPONENTS;
  return selection.everything ? ALL_COMPONENTS : NO_COMPONENTS;
}

export const extension = objectKind<Extension>({
  kind: "extension",
  reads: [read, readMembers],
  select,
  sortKey: (object) => ({ schema: null, name: object.name, ties: [] }),
  describe: (object, { q }) => {
    const name = q(object.name);
    return {
      definition: {
        kind: "EXTENSION",
        tag: object.name,
        section: "pre-data",
        create: `CREATE EXTENSION IF NOT EXISTS ${name} WITH SCHEMA ${q(object.installSchema)};\n`,
        drop: `DROP EXTENSION ${name};\n`,
      },
      parts: standardParts(object, { target: `EXTENSION ${name}` }),
    };
  },
});
