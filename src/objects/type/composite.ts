import { oidArray } from "../../core/sql-text.ts";
import { classOids } from "../class-oids.ts";
import { catalogRead } from "../kind.ts";
import type { Description, Part, RenderContext } from "../kind.ts";
import { standardParts } from "../parts.ts";
import type { Type } from "./type.ts";
import { wantedTypes } from "./wanted-types.ts";

export interface CompositeAttribute {
  readonly name: string;
  readonly number: number;
  readonly type: string;
  /** Named only when it is not the type's own. */
  readonly collation: { readonly schema: { readonly name: string }; readonly name: string } | null;
}

interface AttributeRow {
  readonly type: number;
  readonly name: string;
  readonly number: number;
  readonly formatted: string;
  readonly collation_schema: string | null;
  readonly collation_name: string | null;
}

export const compositeRead = catalogRead<AttributeRow>({
  name: "attributes of composite types",
  phase: "details",
  query: (context) => {
    const types = wantedTypes(context, "composite");
    if (types.length === 0) return null;
    return `
    SELECT c.reltype AS type, a.attname AS name, a.attnum AS number, pg_catalog.format_type(a.atttypid, a.atttypmod) AS formatted,
      cn.nspname AS collation_schema, co.collname AS collation_name
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_catalog.pg_collation co ON co.oid = a.attcollation AND a.attcollation <> t.typcollation
    LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = co.collnamespace
    WHERE c.oid = ANY (${oidArray(types.map((type) => type.relationOid))})
    ORDER BY c.oid, a.attnum`;
  },
  read: (rows, { inventory }) => {
    for (const row of rows) {
      const collation =
        row.collation_schema === null || row.collation_name === null
          ? null
          : { schema: { name: row.collation_schema }, name: row.collation_name };
      (inventory.find(classOids.pg_type, row.type) as Type).attributes.push({
        name: row.name,
        number: row.number,
        type: row.formatted,
        collation,
      });
    }
  },
});

export function describeComposite(type: Type, context: RenderContext): Description {
  const { q, qualified } = context;
  const name = qualified(type);
  const attributes = type.attributes.map((attribute) => {
    const collate = attribute.collation === null ? "" : ` COLLATE ${qualified(attribute.collation)}`;
    return `\n\t${q(attribute.name)} ${attribute.type}${collate}`;
  });
  const columnComments = type.attributes.map((attribute): Part => ({
    type: "comment",
    target: `COLUMN ${name}.${q(attribute.name)}`,
    tag: `COLUMN ${q(type.name)}.${q(attribute.name)}`,
    classOid: classOids.pg_class,
    oid: type.relationOid,
    subId: attribute.number,
  }));
  return {
    definition: {
      kind: "TYPE",
      tag: type.name,
      section: "pre-data",
      create: `CREATE TYPE ${name} AS (${attributes.join(",")}\n);\n`,
      drop: `DROP TYPE ${name};\n`,
    },
    parts: [
      ...standardParts(type, { target: `TYPE ${name}`, tag: `TYPE ${q(type.name)}`, acl: { objectType: "TYPE", name } }),
      ...columnComments,
    ],
  };
}
