import { classOids, FIRST_NORMAL_OID } from "./class-oids.ts";
import { catalogRead, objectKind } from "./kind.ts";
import type { RenderContext } from "./kind.ts";
import { newObjectState } from "./object.ts";
import type { CatalogObject } from "./object.ts";
import { standardParts } from "./parts.ts";
import { bySchema } from "./selection.ts";

/** A way from one encoding to another. */
export interface Conversion extends CatalogObject {
  readonly kind: "conversion";
  readonly from: string;
  readonly to: string;
  /** regproc text */
  readonly function: string;
  readonly isDefault: boolean;
}

interface ConversionRow {
  readonly oid: number;
  readonly name: string;
  readonly schema: number;
  readonly owner: number;
  readonly from: string;
  readonly to: string;
  readonly function: string;
  readonly is_default: boolean;
}

const read = catalogRead<ConversionRow>({
  name: "conversions",
  phase: "inventory",
  query: () => `
    SELECT c.oid, c.conname AS name, c.connamespace AS schema, c.conowner AS owner,
      pg_catalog.pg_encoding_to_char(c.conforencoding)::text AS from, pg_catalog.pg_encoding_to_char(c.contoencoding)::text AS to,
      c.conproc::text AS function, c.condefault AS is_default
    FROM pg_catalog.pg_conversion c
    WHERE c.oid >= ${FIRST_NORMAL_OID.toString()}`,
  read: (rows, { inventory }) => {
    for (const row of rows) {
      inventory.add<Conversion>({
        kind: "conversion",
        classOid: classOids.pg_conversion,
        oid: row.oid,
        name: row.name,
        schema: inventory.schema(row.schema),
        owner: inventory.role(row.owner),
        acl: null,
        loopRole: "other",
        from: row.from,
        to: row.to,
        function: row.function,
        isDefault: row.is_default,
        ...newObjectState(),
      });
    }
  },
});

function renderConversion(conversion: Conversion, { qualified, literal }: RenderContext): string {
  const word = conversion.isDefault ? "DEFAULT CONVERSION" : "CONVERSION";
  return (
    `CREATE ${word} ${qualified(conversion)} FOR ${literal(conversion.from)} TO ${literal(conversion.to)}` +
    ` FROM ${conversion.function};\n`
  );
}

export const conversion = objectKind<Conversion>({
  kind: "conversion",
  reads: [read],
  select: (object) => bySchema(object),
  describe: (object, context) => {
    const target = `CONVERSION ${context.qualified(object)}`;
    return {
      definition: {
        kind: "CONVERSION",
        tag: object.name,
        section: "pre-data",
        create: renderConversion(object, context),
        drop: `DROP ${target};\n`,
      },
      parts: standardParts(object, { target, tag: `CONVERSION ${context.q(object.name)}` }),
    };
  },
});
