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

export interface Cast extends CatalogObject {
  readonly kind: "cast";
  readonly source: number;
  readonly target: number;
  /** Casts by function; null for binary-coercible types and for casts through text. */
  readonly function: FunctionReference | null;
  /** e explicit only, a in assignments, i implicit */
  readonly castContext: string;
  /** f function, i input and output functions, b binary-coercible */
  readonly method: string;
}

interface CastRow {
  readonly oid: number;
  readonly source: number;
  readonly target: number;
  readonly context: string;
  readonly method: string;
  readonly function_schema: string | null;
  readonly function_name: string | null;
  readonly function_arguments: string | null;
}

const read = catalogRead<CastRow>({
  name: "casts",
  phase: "inventory",
  // The cast of a range to its multirange is made together with the range.
  query: ({ major }) => `
    SELECT c.oid, c.castsource AS source, c.casttarget AS target, c.castcontext::text AS context, c.castmethod::text AS method,
      n.nspname AS function_schema, p.proname AS function_name, p.proargtypes AS function_arguments
    FROM pg_catalog.pg_cast c
    LEFT JOIN pg_catalog.pg_proc p ON p.oid = c.castfunc
    LEFT JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    WHERE c.oid >= ${FIRST_NORMAL_OID.toString()}
      ${major >= 14 ? "AND NOT EXISTS (SELECT FROM pg_catalog.pg_range r WHERE r.rngtypid = c.castsource AND r.rngmultitypid = c.casttarget)" : ""}
    ORDER BY c.castsource, c.casttarget`,
  read: (rows, { inventory }) => {
    for (const row of rows) {
      inventory.add<Cast>({
        kind: "cast",
        classOid: classOids.pg_cast,
        oid: row.oid,
        name: `${inventory.typeName(row.source).name} ${inventory.typeName(row.target).name}`,
        schema: null,
        owner: "",
        acl: null,
        loopRole: "other",
        source: row.source,
        target: row.target,
        function:
          row.function_schema === null || row.function_name === null
            ? null
            : {
                schema: { name: row.function_schema },
                name: row.function_name,
                argumentTypes: parseArrayOfNumbers(row.function_arguments),
              },
        castContext: row.context,
        method: row.method,
        ...newObjectState(),
      });
    }
  },
});

const CONTEXTS: Readonly<Record<string, string>> = { a: " AS ASSIGNMENT", i: " AS IMPLICIT" };

function renderMethod(cast: Cast, context: RenderContext): string {
  if (cast.function !== null) return `WITH FUNCTION ${functionReference(cast.function, context)}`;
  return cast.method === "i" ? "WITH INOUT" : "WITHOUT FUNCTION";
}

export const cast = objectKind<Cast>({
  kind: "cast",
  reads: [read],
  select: (object, { selection }) => withEverything(object, selection, false),
  sortKey: (object) => ({ schema: null, name: object.name, ties: [] }),
  describe: (object, context) => {
    const { inventory } = context;
    const target = `CAST (${inventory.typeName(object.source).formatted} AS ${inventory.typeName(object.target).formatted})`;
    return {
      definition: {
        kind: "CAST",
        tag: target,
        section: "pre-data",
        create: `CREATE ${target} ${renderMethod(object, context)}${CONTEXTS[object.castContext] ?? ""};\n`,
        drop: `DROP ${target};\n`,
      },
      parts: standardParts(object, { target }),
    };
  },
});
