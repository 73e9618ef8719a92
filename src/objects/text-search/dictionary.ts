import { classOids, FIRST_NORMAL_OID } from "../class-oids.ts";
import { catalogRead, objectKind } from "../kind.ts";
import { newObjectState } from "../object.ts";
import type { CatalogObject } from "../object.ts";
import { bySchema } from "../selection.ts";
import { describeTextSearch, propertyList } from "./text-search.ts";

export interface TextSearchDictionary extends CatalogObject {
  readonly kind: "text-search-dictionary";
  readonly template: { readonly schema: { readonly name: string }; readonly name: string };
  /** Options as SQL, the way the catalog holds them: `stopwords = 'english', accept = 'false'`; "" for none. */
  readonly options: string;
}

interface DictionaryRow {
  readonly oid: number;
  readonly name: string;
  readonly schema: number;
  readonly owner: number;
  readonly template_schema: string;
  readonly template: string;
  readonly options: string | null;
}

const read = catalogRead<DictionaryRow>({
  name: "text search dictionaries",
  phase: "inventory",
  query: () => `
    SELECT d.oid, d.dictname AS name, d.dictnamespace AS schema, d.dictowner AS owner, n.nspname AS template_schema,
      t.tmplname AS template, d.dictinitoption AS options
    FROM pg_catalog.pg_ts_dict d
    JOIN pg_catalog.pg_ts_template t ON t.oid = d.dicttemplate
    JOIN pg_catalog.pg_namespace n ON n.oid = t.tmplnamespace
    WHERE d.oid >= ${FIRST_NORMAL_OID.toString()}`,
  read: (rows, { inventory }) => {
    for (const row of rows) {
      inventory.add<TextSearchDictionary>({
        kind: "text-search-dictionary",
        classOid: classOids.pg_ts_dict,
        oid: row.oid,
        name: row.name,
        schema: inventory.schema(row.schema),
        owner: inventory.role(row.owner),
        acl: null,
        loopRole: "other",
        template: { schema: { name: row.template_schema }, name: row.template },
        options: row.options ?? "",
        ...newObjectState(),
      });
    }
  },
});

export const textSearchDictionary = objectKind<TextSearchDictionary>({
  kind: "text-search-dictionary",
  reads: [read],
  select: (object) => bySchema(object),
  describe: (object, context) => {
    const properties = [`TEMPLATE = ${context.qualified(object.template)}`];
    if (object.options !== "") properties.push(object.options);
    return describeTextSearch(object, "TEXT SEARCH DICTIONARY", propertyList(properties), context);
  },
});
