import { oidArray } from "../core/sql-text.ts";
import { classOids, FIRST_NORMAL_OID } from "./class-oids.ts";
import { catalogRead, objectKind } from "./kind.ts";
import type { RenderContext } from "./kind.ts";
import { component, newObjectState, wants } from "./object.ts";
import type { CatalogObject } from "./object.ts";
import { standardParts } from "./parts.ts";
import { bySchema } from "./selection.ts";

export interface Collation extends CatalogObject {
  readonly kind: "collation";
  /** Number of the encoding that it is for; -1 for all. */
  readonly encoding: number;
  details: CollationDetails | null;
}

interface CollationDetails {
  /** c libc, i ICU, b built in, d the database's default */
  readonly provider: string;
  readonly deterministic: boolean;
  /** LC_COLLATE and LC_CTYPE of libc. */
  readonly collate: string | null;
  readonly ctype: string | null;
  /** Of ICU and of the built-in provider. */
  readonly locale: string | null;
  readonly rules: string | null;
}

interface CollationRow {
  readonly oid: number;
  readonly name: string;
  readonly schema: number;
  readonly owner: number;
  readonly encoding: number;
}

const read = catalogRead<CollationRow>({
  name: "collations",
  phase: "inventory",
  query: () => `
    SELECT c.oid, c.collname AS name, c.collnamespace AS schema, c.collowner AS owner, c.collencoding AS encoding
    FROM pg_catalog.pg_collation c
    WHERE c.oid >= ${FIRST_NORMAL_OID.toString()}`,
  read: (rows, { inventory }) => {
    for (const row of rows) {
      inventory.add<Collation>({
        kind: "collation",
        classOid: classOids.pg_collation,
        oid: row.oid,
        name: row.name,
        schema: inventory.schema(row.schema),
        owner: inventory.role(row.owner),
        acl: null,
        loopRole: "other",
        encoding: row.encoding,
        details: null,
        ...newObjectState(),
      });
    }
  },
});

/** Where the locale of ICU collations stands: in a column that came with 15 and was renamed in 17, before that in collcollate. */
function localeColumn(major: number): string {
  if (major >= 17) return "c.colllocale";
  return major >= 15 ? "c.colliculocale" : "c.collcollate";
}

const detailsRead = catalogRead<CollationDetails & { readonly oid: number }>({
  name: "collation definitions",
  phase: "details",
  query: ({ inventory, major }) => {
    const wanted = inventory.ofKind<Collation>("collation").filter((collation) => wants(collation, component.definition));
    if (wanted.length === 0) return null;
    return `
    SELECT c.oid, c.collprovider::text AS provider, c.collisdeterministic AS deterministic, c.collcollate AS collate, c.collctype AS ctype,
      ${localeColumn(major)} AS locale, ${major >= 16 ? "c.collicurules" : "NULL"} AS rules
    FROM pg_catalog.pg_collation c
    WHERE c.oid = ANY (${oidArray(wanted.map((collation) => collation.oid))})`;
  },
  read: (rows, { inventory }) => {
    for (const row of rows) (inventory.find(classOids.pg_collation, row.oid) as Collation).details = row;
  },
});

const PROVIDERS: Readonly<Record<string, string>> = { b: "builtin", c: "libc", d: "default", i: "icu" };

function renderCollation(collation: Collation, { qualified, literal }: RenderContext): string {
  const { details } = collation;
  if (details === null) return "";
  const properties = [`provider = ${PROVIDERS[details.provider] ?? details.provider}`];
  const add = (name: string, value: string | null): void => {
    if (value !== null) properties.push(`${name} = ${literal(value)}`);
  };
  if (!details.deterministic) properties.push("deterministic = false");
  if (details.provider === "b" || details.provider === "i") {
    add("locale", details.locale);
    add("rules", details.rules);
  } else if (details.provider === "c") {
    if (details.collate === details.ctype) add("locale", details.collate);
    else {
      add("lc_collate", details.collate);
      add("lc_ctype", details.ctype);
    }
  }
  return `CREATE COLLATION ${qualified(collation)} (${properties.join(", ")});\n`;
}

export const collation = objectKind<Collation>({
  kind: "collation",
  reads: [read, detailsRead],
  select: (object) => bySchema(object),
  sortKey: (object) => ({ schema: object.schema?.name ?? null, name: object.name, ties: [object.encoding] }),
  describe: (object, context) => {
    const target = `COLLATION ${context.qualified(object)}`;
    return {
      definition: {
        kind: "COLLATION",
        tag: object.name,
        section: "pre-data",
        create: renderCollation(object, context),
        drop: `DROP ${target};\n`,
      },
      parts: standardParts(object, { target, tag: `COLLATION ${context.q(object.name)}` }),
    };
  },
});
