import { parseArrayOfNumbers } from "../../core/array-text.ts";
import { classOids, FIRST_NORMAL_OID } from "../class-oids.ts";
import { catalogRead, objectKind } from "../kind.ts";
import type { RenderContext } from "../kind.ts";
import { newObjectState } from "../object.ts";
import type { CatalogObject } from "../object.ts";
import { standardParts } from "../parts.ts";
import { withEverything } from "../selection.ts";
import { functionReference } from "./function-reference.ts";
import type { FunctionReference } from "./function-reference.ts";

/** How a language sees the values of a type. */
export interface Transform extends CatalogObject {
  readonly kind: "transform";
  readonly type: number;
  readonly language: string;
  readonly fromSql: FunctionReference | null;
  readonly toSql: FunctionReference | null;
}

interface TransformRow {
  readonly oid: number;
  readonly type: number;
  readonly language: string;
  /** As quote_ident() writes it; the base order compares that. */
  readonly quoted_language: string;
  readonly from_schema: string | null;
  readonly from_name: string | null;
  readonly from_arguments: string | null;
  readonly to_schema: string | null;
  readonly to_name: string | null;
  readonly to_arguments: string | null;
}

const read = catalogRead<TransformRow>({
  name: "transforms",
  phase: "inventory",
  query: () => `
    SELECT t.oid, t.trftype AS type, l.lanname AS language, pg_catalog.quote_ident(l.lanname) AS quoted_language,
      fn.nspname AS from_schema, f.proname AS from_name, f.proargtypes AS from_arguments,
      tn.nspname AS to_schema, o.proname AS to_name, o.proargtypes AS to_arguments
    FROM pg_catalog.pg_transform t
    JOIN pg_catalog.pg_language l ON l.oid = t.trflang
    LEFT JOIN pg_catalog.pg_proc f ON f.oid = t.trffromsql
    LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid = f.pronamespace
    LEFT JOIN pg_catalog.pg_proc o ON o.oid = t.trftosql
    LEFT JOIN pg_catalog.pg_namespace tn ON tn.oid = o.pronamespace
    ORDER BY t.trftype, t.trflang`,
  read: (rows, { inventory }) => {
    for (const row of rows) {
      inventory.add<Transform>({
        kind: "transform",
        classOid: classOids.pg_transform,
        oid: row.oid,
        name: `${inventory.typeName(row.type).name} ${row.quoted_language}`,
        schema: null,
        owner: "",
        acl: null,
        loopRole: "other",
        type: row.type,
        language: row.language,
        fromSql: reference(row.from_schema, row.from_name, row.from_arguments),
        toSql: reference(row.to_schema, row.to_name, row.to_arguments),
        ...newObjectState(),
      });
    }
  },
});

function reference(schema: string | null, name: string | null, argumentTypes: string | null): FunctionReference | null {
  return schema === null || name === null ? null : { schema: { name: schema }, name, argumentTypes: parseArrayOfNumbers(argumentTypes) };
}

function renderTransform(target: string, { fromSql, toSql }: Transform, context: RenderContext): string {
  const directions: string[] = [];
  if (fromSql !== null) directions.push(`FROM SQL WITH FUNCTION ${functionReference(fromSql, context)}`);
  if (toSql !== null) directions.push(`TO SQL WITH FUNCTION ${functionReference(toSql, context)}`);
  return `CREATE ${target} (${directions.join(", ")});\n`;
}

export const transform = objectKind<Transform>({
  kind: "transform",
  reads: [read],
  select: (object, { selection }) => withEverything(object, selection, object.oid < FIRST_NORMAL_OID),
  sortKey: (object) => ({ schema: null, name: object.name, ties: [] }),
  describe: (object, context) => {
    const target = `TRANSFORM FOR ${context.inventory.typeName(object.type).formatted} LANGUAGE ${context.q(object.language)}`;
    return {
      definition: {
        kind: "TRANSFORM",
        tag: target,
        section: "pre-data",
        create: renderTransform(target, object, context),
        drop: `DROP ${target};\n`,
        dependencies: object.dependencies,
      },
      parts: standardParts(object, { target }),
    };
  },
});
