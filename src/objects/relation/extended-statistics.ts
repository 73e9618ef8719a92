import { oidArray } from "../../core/sql-text.ts";
import { classOids } from "../class-oids.ts";
import { catalogRead, objectKind } from "../kind.ts";
import type { ReadContext } from "../kind.ts";
import { component, newObjectState, NO_COMPONENTS, wants } from "../object.ts";
import type { CatalogObject } from "../object.ts";
import { standardParts } from "../parts.ts";
import { bySchema } from "../selection.ts";

export interface ExtendedStatistics extends CatalogObject {
  readonly kind: "extended-statistics";
  readonly tableOid: number;
  /** null for the default */
  readonly target: number | null;
  text: string;
}

interface StatisticsRow {
  readonly oid: number;
  readonly name: string;
  readonly schema: number;
  readonly owner: number;
  readonly relation: number;
  readonly target: number | null;
}

const read = catalogRead<StatisticsRow>({
  name: "extended statistics",
  phase: "inventory",
  query: () => `
    SELECT s.oid, s.stxname AS name, s.stxnamespace AS schema, s.stxowner AS owner, s.stxrelid AS relation,
      CASE WHEN s.stxstattarget >= 0 THEN s.stxstattarget END AS target
    FROM pg_catalog.pg_statistic_ext s`,
  read: (rows, { inventory }) => {
    for (const row of rows) {
      inventory.add<ExtendedStatistics>({
        kind: "extended-statistics",
        classOid: classOids.pg_statistic_ext,
        oid: row.oid,
        name: row.name,
        schema: inventory.schema(row.schema),
        owner: inventory.role(row.owner),
        acl: null,
        loopRole: "other",
        tableOid: row.relation,
        target: row.target,
        text: "",
        ...newObjectState(),
      });
    }
  },
});

const textRead = catalogRead<{ readonly oid: number; readonly text: string }>({
  name: "definitions of extended statistics",
  phase: "details",
  query: ({ inventory }) => {
    const wanted = inventory.ofKind<ExtendedStatistics>("extended-statistics").filter((object) => wants(object, component.definition));
    if (wanted.length === 0) return null;
    return `
    SELECT src.oid, pg_catalog.pg_get_statisticsobjdef(src.oid) AS text
    FROM pg_catalog.unnest(${oidArray(wanted.map((object) => object.oid))}) AS src(oid)`;
  },
  read: (rows, { inventory }) => {
    for (const row of rows) (inventory.find(classOids.pg_statistic_ext, row.oid) as ExtendedStatistics).text = row.text;
  },
});

function select(statistics: ExtendedStatistics, { inventory }: ReadContext): number {
  const table = inventory.relation(statistics.tableOid);
  if (table === undefined || !wants(table, component.definition)) return NO_COMPONENTS;
  return bySchema(statistics);
}

export const extendedStatistics = objectKind<ExtendedStatistics>({
  kind: "extended-statistics",
  reads: [read, textRead],
  select,
  section: () => "post-data",
  describe: (object, { q, qualified }) => {
    const name = qualified(object);
    const target = object.target === null ? "" : `ALTER STATISTICS ${name} SET STATISTICS ${object.target.toString()};\n`;
    return {
      definition: {
        kind: "STATISTICS",
        tag: object.name,
        section: "post-data",
        create: `${object.text};\n${target}`,
        drop: `DROP STATISTICS ${name};\n`,
      },
      parts: standardParts(object, { target: `STATISTICS ${name}`, tag: `STATISTICS ${q(object.name)}` }),
    };
  },
});
