import { oidArray } from "../../core/sql-text.ts";
import { catalogRead, objectKind } from "../kind.ts";
import type { ReadContext, RenderContext } from "../kind.ts";
import { component, newObjectState, wants } from "../object.ts";
import type { CatalogObject } from "../object.ts";
import type { Index } from "./index.ts";
import type { MaterializedViewData } from "./materialized-view.ts";
import type { Relation } from "./relation.ts";

/** What the planner knows of a table, materialized view or index, as text that the server wrote; null for what it does not know. */
export interface PlannerStatistics {
  readonly counters: Readonly<Record<string, string | null>>;
  /** By name of the column, those over heirs last. */
  readonly columns: Readonly<Record<string, string | null>>[];
}

/** The entry that puts it back. */
export interface RelationStatistics extends CatalogObject {
  readonly kind: "relation-statistics";
  readonly relation: Relation | Index;
  readonly statistics: PlannerStatistics;
}

/** Relations of these kinds have statistics, and so do their indexes. */
const WITH_STATISTICS = "rpmf";

function describedRelations({ inventory, selection }: ReadContext): Relation[] {
  if (!selection.statisticsWanted) return [];
  return inventory
    .ofKind<Relation>("relation")
    .filter((relation) => WITH_STATISTICS.includes(relation.relkind) && wants(relation, component.statistics));
}

/** The relations and their indexes, as a query with column oid. */
function sourceOf(relations: readonly Relation[]): string {
  const oids = oidArray(relations.map((relation) => relation.oid));
  return `(SELECT oid FROM pg_catalog.unnest(${oids}) AS oid
      UNION ALL SELECT i.indexrelid FROM pg_catalog.unnest(${oids}) AS t(oid) JOIN pg_catalog.pg_index i ON i.indrelid = t.oid) AS src(oid)`;
}

type CountersRow = Readonly<Record<string, string | null>> & { readonly relation: number };

/** Arguments of pg_restore_relation_stats with their types, in order. */
const COUNTERS: readonly (readonly [string, string])[] = [
  ["relpages", "integer"],
  ["reltuples", "real"],
  ["relallvisible", "integer"],
  ["relallfrozen", "integer"],
];

const counterRead = catalogRead<CountersRow>({
  name: "counters of relations",
  phase: "details",
  query: (context) => {
    const relations = describedRelations(context);
    if (relations.length === 0) return null;
    const { major } = context;
    // Until 13 nobody knew an empty table from one that nobody has looked at.
    const tuples = major >= 14 ? "c.reltuples" : "CASE WHEN c.reltuples = 0 THEN -1 ELSE c.reltuples END";
    return `
    SELECT c.oid AS relation, c.relpages::text AS relpages, (${tuples})::pg_catalog.float4::text AS reltuples,
      c.relallvisible::text AS relallvisible, ${major >= 18 ? "c.relallfrozen::text" : "NULL"} AS relallfrozen
    FROM ${sourceOf(relations)} JOIN pg_catalog.pg_class c ON c.oid = src.oid`;
  },
  read: (rows, { inventory }) => {
    for (const row of rows) inventory.statistics.set(row.relation, { counters: row, columns: [] });
  },
});

type ColumnRow = Readonly<Record<string, string | null>> & { readonly relation: number };

/** Arguments of pg_restore_attribute_stats in the same way; the last three from 17 on. */
const COLUMN_FACTS: readonly (readonly [string, string])[] = [
  ["inherited", "boolean"],
  ["null_frac", "real"],
  ["avg_width", "integer"],
  ["n_distinct", "real"],
  ["most_common_vals", "text"],
  ["most_common_freqs", "real[]"],
  ["histogram_bounds", "text"],
  ["correlation", "real"],
  ["most_common_elems", "text"],
  ["most_common_elem_freqs", "real[]"],
  ["elem_count_histogram", "real[]"],
  ["range_length_histogram", "text"],
  ["range_empty_frac", "real"],
  ["range_bounds_histogram", "text"],
];
const RANGE_FACTS_SINCE = 17;

const columnRead = catalogRead<ColumnRow>({
  name: "statistics of columns",
  phase: "details",
  query: (context) => {
    const relations = describedRelations(context);
    if (relations.length === 0) return null;
    const facts = COLUMN_FACTS.filter(([name]) => context.major >= RANGE_FACTS_SINCE || !name.startsWith("range_"));
    const columns = facts.map(([name]) =>
      name === "inherited" ? "CASE WHEN s.inherited THEN 't' ELSE 'f' END AS inherited" : `s.${name}::text AS ${name}`,
    );
    return `
    SELECT c.oid AS relation, s.attname::text AS attname, a.attnum::text AS attnum, ${columns.join(", ")}
    FROM ${sourceOf(relations)}
    JOIN pg_catalog.pg_class c ON c.oid = src.oid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = s.attname
    ORDER BY s.attname, s.inherited`;
  },
  read: (rows, { inventory }) => {
    for (const row of rows) inventory.statistics.get(row.relation)?.columns.push(row);
  },
});

function derive(context: ReadContext): void {
  const { inventory } = context;
  const refreshes = new Map(inventory.ofKind<MaterializedViewData>("materialized-view-data").map((data) => [data.view, data]));
  for (const relation of describedRelations(context)) {
    const object = addStatistics(context, relation, relation.relkind === "m");
    const refresh = refreshes.get(relation);
    if (refresh !== undefined) object?.dependencies.push(refresh);
  }
  if (inventory.statistics.size === 0) return;
  for (const index of inventory.ofKind<Index>("index")) {
    const object = wants(index, component.statistics) ? addStatistics(context, index, false) : undefined;
    if (index.constraint !== null) object?.dependencies.push(index.constraint);
  }
}

function addStatistics({ inventory }: ReadContext, relation: Relation | Index, isOfView: boolean): RelationStatistics | undefined {
  const statistics = inventory.statistics.get(relation.oid);
  if (statistics === undefined) return undefined;
  const object = inventory.add<RelationStatistics>({
    kind: "relation-statistics",
    classOid: 0,
    oid: 0,
    name: relation.name,
    schema: relation.schema,
    owner: "",
    acl: null,
    loopRole: isOfView ? "materialized-view-statistics" : "other",
    relation,
    statistics,
    ...newObjectState(),
  });
  object.wanted = component.statistics;
  object.dependencies.push(relation);
  return object;
}

/** `SELECT * FROM pg_catalog.NAME(...);` with an argument of name and value for each pair; those without a value are left out. */
function restoreCall(
  name: string,
  pairs: readonly (readonly [name: string, value: string | null | undefined, type: string])[],
  context: RenderContext,
): string {
  const { literal } = context;
  const known = pairs.filter((pair): pair is readonly [string, string, string] => pair[1] !== null && pair[1] !== undefined);
  const lines = known.map(([argument, value, type]) => `\t'${argument}', ${literal(value)}${type === "" ? "" : `::${type}`}`);
  return `SELECT * FROM pg_catalog.${name}(\n${lines.join(",\n")}\n);\n`;
}

function renderStatistics({ relation, statistics }: RelationStatistics, context: RenderContext): string {
  const place = [
    ["version", context.serverVersionNum.toString(), "integer"],
    ["schemaname", relation.schema?.name, ""],
    ["relname", relation.name, ""],
  ] as const;
  const counters = COUNTERS.map(([name, type]) => [name, statistics.counters[name], type] as const);
  const columns = statistics.columns.map((facts) => {
    const column =
      relation.kind === "index" ? (["attnum", facts["attnum"], "smallint"] as const) : (["attname", facts["attname"], ""] as const);
    const known = COLUMN_FACTS.map(([name, type]) => [name, facts[name], type] as const);
    return restoreCall("pg_restore_attribute_stats", [...place, column, ...known], context);
  });
  return restoreCall("pg_restore_relation_stats", [...place, ...counters], context) + columns.join("");
}

export const relationStatistics = objectKind<RelationStatistics>({
  kind: "relation-statistics",
  reads: [counterRead, columnRead],
  derive,
  section: (object) => sectionOf(object),
  describe: (object, context) => ({
    definition: {
      kind: "STATISTICS DATA",
      tag: object.name,
      section: sectionOf(object),
      create: renderStatistics(object, context),
      drop: "",
      catalogId: { classOid: 0, oid: 0 },
      dependencies: object.dependencies,
      component: component.statistics,
    },
    parts: [],
  }),
});

function sectionOf({ relation, postponed }: RelationStatistics): "data" | "post-data" {
  return relation.kind === "index" || postponed ? "post-data" : "data";
}
