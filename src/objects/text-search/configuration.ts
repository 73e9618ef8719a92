import { oidArray } from "../../core/sql-text.ts";
import { classOids, FIRST_NORMAL_OID } from "../class-oids.ts";
import { catalogRead, objectKind } from "../kind.ts";
import type { RenderContext } from "../kind.ts";
import { component, newObjectState, wants } from "../object.ts";
import type { CatalogObject } from "../object.ts";
import { bySchema } from "../selection.ts";
import { describeTextSearch, propertyList } from "./text-search.ts";

export interface TextSearchConfiguration extends CatalogObject {
  readonly kind: "text-search-configuration";
  readonly parser: { readonly schema: { readonly name: string }; readonly name: string };
  readonly mappings: Mapping[];
}

/** The dictionaries that a type of token passes, as regdictionary text. */
interface Mapping {
  readonly token: string;
  readonly dictionaries: string[];
}

interface ConfigurationRow {
  readonly oid: number;
  readonly name: string;
  readonly schema: number;
  readonly owner: number;
  readonly parser_schema: string;
  readonly parser: string;
}

const read = catalogRead<ConfigurationRow>({
  name: "text search configurations",
  phase: "inventory",
  query: () => `
    SELECT c.oid, c.cfgname AS name, c.cfgnamespace AS schema, c.cfgowner AS owner, n.nspname AS parser_schema, p.prsname AS parser
    FROM pg_catalog.pg_ts_config c
    JOIN pg_catalog.pg_ts_parser p ON p.oid = c.cfgparser
    JOIN pg_catalog.pg_namespace n ON n.oid = p.prsnamespace
    WHERE c.oid >= ${FIRST_NORMAL_OID.toString()}`,
  read: (rows, { inventory }) => {
    for (const row of rows) {
      inventory.add<TextSearchConfiguration>({
        kind: "text-search-configuration",
        classOid: classOids.pg_ts_config,
        oid: row.oid,
        name: row.name,
        schema: inventory.schema(row.schema),
        owner: inventory.role(row.owner),
        acl: null,
        loopRole: "other",
        parser: { schema: { name: row.parser_schema }, name: row.parser },
        mappings: [],
        ...newObjectState(),
      });
    }
  },
});

interface MappingRow {
  readonly configuration: number;
  readonly token: string;
  readonly dictionary: string;
}

const mappingsRead = catalogRead<MappingRow>({
  name: "text search mappings",
  phase: "details",
  query: ({ inventory }) => {
    const configurations = inventory.ofKind<TextSearchConfiguration>("text-search-configuration");
    const wanted = configurations.filter((configuration) => wants(configuration, component.definition));
    if (wanted.length === 0) return null;
    const oids = oidArray(wanted.map((configuration) => configuration.oid));
    // Each parser is asked once for the names of its tokens.
    return `
    SELECT m.mapcfg AS configuration, t.alias AS token, m.mapdict::pg_catalog.regdictionary::text AS dictionary
    FROM pg_catalog.pg_ts_config c
    JOIN (
      SELECT p.parser, k.tokid, k.alias
      FROM (SELECT DISTINCT x.cfgparser AS parser FROM pg_catalog.pg_ts_config x WHERE x.oid = ANY (${oids})) AS p,
        LATERAL pg_catalog.ts_token_type(p.parser) AS k
    ) AS t ON t.parser = c.cfgparser
    JOIN pg_catalog.pg_ts_config_map m ON m.mapcfg = c.oid AND m.maptokentype = t.tokid
    WHERE c.oid = ANY (${oids})
    ORDER BY m.mapcfg, m.maptokentype, m.mapseqno`;
  },
  read: (rows, { inventory }) => {
    for (const row of rows) {
      const { mappings } = inventory.find(classOids.pg_ts_config, row.configuration) as TextSearchConfiguration;
      const last = mappings.at(-1);
      if (last?.token === row.token) last.dictionaries.push(row.dictionary);
      else mappings.push({ token: row.token, dictionaries: [row.dictionary] });
    }
  },
});

function renderMappings(object: TextSearchConfiguration, { q, qualified }: RenderContext): string {
  return object.mappings
    .map(
      ({ token, dictionaries }) =>
        `\nALTER TEXT SEARCH CONFIGURATION ${qualified(object)}\n    ADD MAPPING FOR ${q(token)} WITH ${dictionaries.join(", ")};\n`,
    )
    .join("");
}

export const textSearchConfiguration = objectKind<TextSearchConfiguration>({
  kind: "text-search-configuration",
  reads: [read, mappingsRead],
  select: (object) => bySchema(object),
  describe: (object, context) => {
    const body = propertyList([`PARSER = ${context.qualified(object.parser)}`]) + renderMappings(object, context);
    return describeTextSearch(object, "TEXT SEARCH CONFIGURATION", body, context);
  },
});
