import { oidArray } from "../../core/sql-text.ts";
import { classOids } from "../class-oids.ts";
import { catalogRead } from "../kind.ts";
import type { RenderContext } from "../kind.ts";
import type { Type } from "./type.ts";
import { wantedTypes } from "./wanted-types.ts";

export interface RangeDetails {
  readonly subtype: string;
  /** Multirange type, as schema and name; null before 14. */
  readonly multirange: { readonly schema: { readonly name: string }; readonly name: string } | null;
  /** Named only when they are not the subtype's defaults. */
  readonly opclass: { readonly schema: { readonly name: string }; readonly name: string } | null;
  readonly collation: { readonly schema: { readonly name: string }; readonly name: string } | null;
  /** regproc text; "-" for none. */
  readonly canonical: string;
  readonly subtypeDiff: string;
}

interface RangeRow {
  readonly type: number;
  readonly subtype: string;
  readonly multirange_schema: string | null;
  readonly multirange_name: string | null;
  readonly opclass_schema: string | null;
  readonly opclass_name: string | null;
  readonly collation_schema: string | null;
  readonly collation_name: string | null;
  readonly canonical: string;
  readonly subtype_diff: string;
}

export const rangeRead = catalogRead<RangeRow>({
  name: "range types",
  phase: "details",
  query: (context) => {
    const types = wantedTypes(context, "range");
    if (types.length === 0) return null;
    const multirange = context.major >= 14;
    return `
    SELECT r.rngtypid AS type, pg_catalog.format_type(r.rngsubtype, NULL) AS subtype,
      ${multirange ? "mn.nspname" : "NULL"} AS multirange_schema, ${multirange ? "m.typname" : "NULL"} AS multirange_name,
      CASE WHEN NOT oc.opcdefault THEN ocn.nspname END AS opclass_schema, CASE WHEN NOT oc.opcdefault THEN oc.opcname END AS opclass_name,
      cn.nspname AS collation_schema, co.collname AS collation_name,
      r.rngcanonical::pg_catalog.regproc::text AS canonical, r.rngsubdiff::pg_catalog.regproc::text AS subtype_diff
    FROM pg_catalog.pg_range r
    JOIN pg_catalog.pg_type st ON st.oid = r.rngsubtype
    JOIN pg_catalog.pg_opclass oc ON oc.oid = r.rngsubopc
    JOIN pg_catalog.pg_namespace ocn ON ocn.oid = oc.opcnamespace
    LEFT JOIN pg_catalog.pg_collation co ON co.oid = r.rngcollation AND r.rngcollation <> st.typcollation
    LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = co.collnamespace
    ${multirange ? "LEFT JOIN pg_catalog.pg_type m ON m.oid = r.rngmultitypid LEFT JOIN pg_catalog.pg_namespace mn ON mn.oid = m.typnamespace" : ""}
    WHERE r.rngtypid = ANY (${oidArray(types.map((type) => type.oid))})`;
  },
  read: (rows, { inventory }) => {
    const named = (schema: string | null, name: string | null) =>
      schema === null || name === null ? null : { schema: { name: schema }, name };
    for (const row of rows) {
      (inventory.find(classOids.pg_type, row.type) as Type).range = {
        subtype: row.subtype,
        multirange: named(row.multirange_schema, row.multirange_name),
        opclass: named(row.opclass_schema, row.opclass_name),
        collation: named(row.collation_schema, row.collation_name),
        canonical: row.canonical,
        subtypeDiff: row.subtype_diff,
      };
    }
  },
});

export function renderRange(type: Type, { qualified }: RenderContext): string {
  const range = type.range;
  if (range === null) return "";
  const properties = [`subtype = ${range.subtype}`];
  if (range.multirange !== null) properties.push(`multirange_type_name = ${qualified(range.multirange)}`);
  if (range.opclass !== null) properties.push(`subtype_opclass = ${qualified(range.opclass)}`);
  if (range.collation !== null) properties.push(`collation = ${qualified(range.collation)}`);
  if (range.canonical !== "-") properties.push(`canonical = ${range.canonical}`);
  if (range.subtypeDiff !== "-") properties.push(`subtype_diff = ${range.subtypeDiff}`);
  return `CREATE TYPE ${qualified(type)} AS RANGE (\n    ${properties.join(",\n    ")}\n);\n`;
}
