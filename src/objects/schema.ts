import { aclColumns, readAcl } from "../facets/acl.ts";
import type { AclRow } from "../facets/acl.ts";
import { classOids } from "./class-oids.ts";
import { catalogRead, objectKind } from "./kind.ts";
import type { ReadContext } from "./kind.ts";
import { ALL_COMPONENTS, component, newObjectState, NO_COMPONENTS } from "./object.ts";
import type { CatalogObject } from "./object.ts";
import { memberComponents } from "./selection.ts";
import { standardParts } from "./parts.ts";

export interface Schema extends CatalogObject {
  readonly kind: "schema";
  /** Components wanted of what the schema contains. */
  contained: number;
  /** The schema that initdb makes: its definition, comment and privileges are compared with what initdb gives. */
  isInitialPublic: boolean;
}

const INITIAL_PUBLIC_OWNER = "pg_database_owner";
const CATALOG_SCHEMA = "pg_catalog";

interface SchemaRow extends AclRow {
  readonly oid: number;
  readonly name: string;
  readonly owner: number;
}

const read = catalogRead<SchemaRow>({
  name: "schemas",
  phase: "inventory",
  query: () => `
    SELECT n.oid, n.nspname AS name, n.nspowner AS owner, ${aclColumns("n.nspacl", "n", "n.nspowner")}
    FROM pg_catalog.pg_namespace n`,
  read: (rows, { inventory }) => {
    for (const row of rows) {
      const schema: Schema = {
        kind: "schema",
        classOid: classOids.pg_namespace,
        oid: row.oid,
        name: row.name,
        schema: null,
        owner: inventory.role(row.owner),
        acl: readAcl(row),
        loopRole: "other",
        contained: NO_COMPONENTS,
        isInitialPublic: false,
        ...newObjectState(),
      };
      inventory.schemas.set(row.oid, schema);
      inventory.add(schema);
    }
  },
});

/** Sets what is wanted of the schema's contents and returns what is wanted of the schema itself. */
function select(schema: Schema, { selection, major }: ReadContext): number {
  const own = selectOwn(schema, selection);
  schema.contained = own;
  let wanted = own;
  if (schema.name === "public" && selection.schemas === null && own === ALL_COMPONENTS && major < 15) {
    // Programs before 15 print only what was granted on it since initdb, whoever owns it and whatever was said of it.
    wanted = component.acl;
  } else if (schema.name === "public" && selection.schemas === null && own === ALL_COMPONENTS) {
    schema.isInitialPublic = true;
    if (schema.owner === INITIAL_PUBLIC_OWNER) wanted &= ~component.definition;
  }
  if (selection.excludedSchemas.has(schema.oid)) {
    schema.contained = NO_COMPONENTS;
    wanted = NO_COMPONENTS;
  }
  return memberComponents(schema) ?? wanted;
}

function selectOwn(schema: Schema, selection: ReadContext["selection"]): number {
  if (selection.tables !== null) return NO_COMPONENTS;
  if (selection.schemas !== null) return selection.schemas.has(schema.oid) ? ALL_COMPONENTS : NO_COMPONENTS;
  if (schema.name === CATALOG_SCHEMA) return component.acl;
  if (schema.name.startsWith("pg_") || schema.name === "information_schema") return NO_COMPONENTS;
  // -e alone leaves all schemas in.
  return ALL_COMPONENTS;
}

export const schema = objectKind<Schema>({
  kind: "schema",
  reads: [read],
  select,
  sortKey: (object) => ({ schema: null, name: object.name, ties: [] }),
  describe: (object, { q }) => {
    const name = q(object.name);
    const create = object.isInitialPublic ? "-- *not* creating schema, since initdb creates it\n" : `CREATE SCHEMA ${name};\n`;
    const drop = object.isInitialPublic ? "-- *not* dropping schema, since initdb creates it\n" : `DROP SCHEMA ${name};\n`;
    return {
      definition: { kind: "SCHEMA", tag: object.name, section: "pre-data", create, drop },
      parts: standardParts(object, { target: `SCHEMA ${name}`, acl: { objectType: "SCHEMA", name } }),
    };
  },
});
