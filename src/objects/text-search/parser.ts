import { classOids, FIRST_NORMAL_OID } from "../class-oids.ts";
import { catalogRead, objectKind } from "../kind.ts";
import { newObjectState } from "../object.ts";
import type { CatalogObject } from "../object.ts";
import { bySchema } from "../selection.ts";
import { describeTextSearch, propertyList } from "./text-search.ts";

export interface TextSearchParser extends CatalogObject {
  readonly kind: "text-search-parser";
  /** regproc texts; "-" for none. */
  readonly start: string;
  readonly getToken: string;
  readonly end: string;
  readonly headline: string;
  readonly lexTypes: string;
}

interface ParserRow {
  readonly oid: number;
  readonly name: string;
  readonly schema: number;
  readonly start: string;
  readonly get_token: string;
  readonly end: string;
  readonly headline: string;
  readonly lex_types: string;
}

const read = catalogRead<ParserRow>({
  name: "text search parsers",
  phase: "inventory",
  query: () => `
    SELECT p.oid, p.prsname AS name, p.prsnamespace AS schema, p.prsstart::text AS start, p.prstoken::text AS get_token,
      p.prsend::text AS "end", p.prsheadline::text AS headline, p.prslextype::text AS lex_types
    FROM pg_catalog.pg_ts_parser p
    WHERE p.oid >= ${FIRST_NORMAL_OID.toString()}`,
  read: (rows, { inventory }) => {
    for (const row of rows) {
      inventory.add<TextSearchParser>({
        kind: "text-search-parser",
        classOid: classOids.pg_ts_parser,
        oid: row.oid,
        name: row.name,
        schema: inventory.schema(row.schema),
        owner: "",
        acl: null,
        loopRole: "other",
        start: row.start,
        getToken: row.get_token,
        end: row.end,
        headline: row.headline,
        lexTypes: row.lex_types,
        ...newObjectState(),
      });
    }
  },
});

export const textSearchParser = objectKind<TextSearchParser>({
  kind: "text-search-parser",
  reads: [read],
  select: (object) => bySchema(object),
  describe: (object, context) => {
    const properties = [`START = ${object.start}`, `GETTOKEN = ${object.getToken}`, `END = ${object.end}`];
    if (object.headline !== "-") properties.push(`HEADLINE = ${object.headline}`);
    properties.push(`LEXTYPES = ${object.lexTypes}`);
    return describeTextSearch(object, "TEXT SEARCH PARSER", propertyList(properties), context);
  },
});
