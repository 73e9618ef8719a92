import { classOids, FIRST_NORMAL_OID } from "../class-oids.ts";
import { catalogRead, objectKind } from "../kind.ts";
import { newObjectState } from "../object.ts";
import type { CatalogObject } from "../object.ts";
import { bySchema } from "../selection.ts";
import { describeTextSearch, propertyList } from "./text-search.ts";

export interface TextSearchTemplate extends CatalogObject {
  readonly kind: "text-search-template";
  /** regproc texts; "-" for none. */
  readonly init: string;
  readonly lexize: string;
}

interface TemplateRow {
  readonly oid: number;
  readonly name: string;
  readonly schema: number;
  readonly init: string;
  readonly lexize: string;
}

const read = catalogRead<TemplateRow>({
  name: "text search templates",
  phase: "inventory",
  query: () => `
    SELECT t.oid, t.tmplname AS name, t.tmplnamespace AS schema, t.tmplinit::text AS init, t.tmpllexize::text AS lexize
    FROM pg_catalog.pg_ts_template t
    WHERE t.oid >= ${FIRST_NORMAL_OID.toString()}`,
  read: (rows, { inventory }) => {
    for (const row of rows) {
      inventory.add<TextSearchTemplate>({
        kind: "text-search-template",
        classOid: classOids.pg_ts_template,
        oid: row.oid,
        name: row.name,
        schema: inventory.schema(row.schema),
        owner: "",
        acl: null,
        loopRole: "other",
        init: row.init,
        lexize: row.lexize,
        ...newObjectState(),
      });
    }
  },
});

export const textSearchTemplate = objectKind<TextSearchTemplate>({
  kind: "text-search-template",
  reads: [read],
  select: (object) => bySchema(object),
  describe: (object, context) => {
    const properties = object.init === "-" ? [] : [`INIT = ${object.init}`];
    properties.push(`LEXIZE = ${object.lexize}`);
    return describeTextSearch(object, "TEXT SEARCH TEMPLATE", propertyList(properties), context);
  },
});
