import { oidArray } from "../../core/sql-text.ts";
import { classOids } from "../class-oids.ts";
import { catalogRead } from "../kind.ts";
import type { Description, RenderContext } from "../kind.ts";
import { standardParts } from "../parts.ts";
import type { Type } from "./type.ts";
import { wantedTypes } from "./wanted-types.ts";

/** Properties of CREATE TYPE in the order in which they are printed, with their values as SQL. */
export interface BaseTypeDetails {
  readonly internalLength: number;
  readonly input: string;
  readonly output: string;
  /** regproc text; "-" for none. */
  readonly receive: string;
  readonly send: string;
  readonly typmodIn: string;
  readonly typmodOut: string;
  readonly analyze: string;
  readonly subscript: string;
  readonly collatable: boolean;
  readonly default: string | null;
  readonly defaultIsLiteral: boolean;
  readonly element: string | null;
  readonly category: string;
  readonly preferred: boolean;
  readonly delimiter: string;
  readonly alignment: string;
  readonly storage: string;
  readonly byValue: boolean;
}

interface BaseTypeRow {
  readonly oid: number;
  readonly typlen: number;
  readonly input: string;
  readonly output: string;
  readonly receive: string;
  readonly send: string;
  readonly typmod_in: string;
  readonly typmod_out: string;
  readonly analyze: string;
  readonly subscript: string;
  readonly collatable: boolean;
  readonly default_expr: string | null;
  readonly default_text: string | null;
  readonly element: string | null;
  readonly category: string;
  readonly preferred: boolean;
  readonly delimiter: string;
  readonly alignment: string;
  readonly storage: string;
  readonly by_value: boolean;
}

export const baseTypeRead = catalogRead<BaseTypeRow>({
  name: "base types",
  phase: "details",
  query: (context) => {
    const types = wantedTypes(context, "base");
    if (types.length === 0) return null;
    return `
    SELECT t.oid, t.typlen, t.typinput::text AS input, t.typoutput::text AS output, t.typreceive::text AS receive, t.typsend::text AS send,
      t.typmodin::text AS typmod_in, t.typmodout::text AS typmod_out, t.typanalyze::text AS analyze,
      ${context.major >= 14 ? "t.typsubscript::text" : "'-'::text"} AS subscript,
      t.typcollation <> 0 AS collatable, pg_catalog.pg_get_expr(t.typdefaultbin, 0) AS default_expr, t.typdefault AS default_text,
      CASE WHEN t.typelem <> 0 THEN pg_catalog.format_type(t.typelem, NULL) END AS element,
      t.typcategory::text AS category, t.typispreferred AS preferred, t.typdelim::text AS delimiter, t.typalign::text AS alignment,
      t.typstorage::text AS storage, t.typbyval AS by_value
    FROM pg_catalog.pg_type t
    WHERE t.oid = ANY (${oidArray(types.map((type) => type.oid))})`;
  },
  read: (rows, { inventory }) => {
    for (const row of rows) {
      (inventory.find(classOids.pg_type, row.oid) as Type).base = {
        internalLength: row.typlen,
        input: row.input,
        output: row.output,
        receive: row.receive,
        send: row.send,
        typmodIn: row.typmod_in,
        typmodOut: row.typmod_out,
        analyze: row.analyze,
        subscript: row.subscript,
        collatable: row.collatable,
        default: row.default_expr ?? row.default_text,
        defaultIsLiteral: row.default_expr === null,
        element: row.element,
        category: row.category,
        preferred: row.preferred,
        delimiter: row.delimiter,
        alignment: row.alignment,
        storage: row.storage,
        byValue: row.by_value,
      };
    }
  },
});

const ALIGNMENTS: Readonly<Record<string, string>> = { c: "char", s: "int2", i: "int4", d: "double" };
const STORAGES: Readonly<Record<string, string>> = { p: "plain", e: "external", x: "extended", m: "main" };

export function describeBaseType(type: Type, context: RenderContext): Description {
  const { q, qualified } = context;
  const name = qualified(type);
  return {
    definition: {
      kind: "TYPE",
      tag: type.name,
      section: "pre-data",
      create: renderBaseType(type, context),
      // CASCADE takes the type's functions along, which depend on it as it does on them.
      drop: `DROP TYPE ${name} CASCADE;\n`,
    },
    parts: standardParts(type, { target: `TYPE ${name}`, tag: `TYPE ${q(type.name)}`, acl: { objectType: "TYPE", name } }),
  };
}

function renderBaseType(type: Type, { literal, qualified }: RenderContext): string {
  const { base } = type;
  if (base === null) return "";
  const properties = [`INTERNALLENGTH = ${base.internalLength < 0 ? "variable" : base.internalLength.toString()}`];
  const whenSet = (label: string, value: string): void => {
    if (value !== "-") properties.push(`${label} = ${value}`);
  };
  properties.push(`INPUT = ${base.input}`, `OUTPUT = ${base.output}`);
  whenSet("RECEIVE", base.receive);
  whenSet("SEND", base.send);
  whenSet("TYPMOD_IN", base.typmodIn);
  whenSet("TYPMOD_OUT", base.typmodOut);
  whenSet("ANALYZE", base.analyze);
  if (base.collatable) properties.push("COLLATABLE = true");
  if (base.default !== null) properties.push(`DEFAULT = ${base.defaultIsLiteral ? literal(base.default) : base.default}`);
  whenSet("SUBSCRIPT", base.subscript);
  if (base.element !== null) properties.push(`ELEMENT = ${base.element}`);
  if (base.category !== "U") properties.push(`CATEGORY = ${literal(base.category)}`);
  if (base.preferred) properties.push("PREFERRED = true");
  if (base.delimiter !== ",") properties.push(`DELIMITER = ${literal(base.delimiter)}`);
  properties.push(`ALIGNMENT = ${ALIGNMENTS[base.alignment] ?? base.alignment}`);
  properties.push(`STORAGE = ${STORAGES[base.storage] ?? base.storage}`);
  if (base.byValue) properties.push("PASSEDBYVALUE");
  return `CREATE TYPE ${qualified(type)} (\n    ${properties.join(",\n    ")}\n);\n`;
}
