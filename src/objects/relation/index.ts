import { parseArrayOfNumbers, parseArrayOfText } from "../../core/array-text.ts";
import { oidArray } from "../../core/sql-text.ts";
import { classOids } from "../class-oids.ts";
import { catalogRead, objectKind } from "../kind.ts";
import type { ReadContext } from "../kind.ts";
import { component, newTablePartState, wants } from "../object.ts";
import type { CatalogObject } from "../object.ts";
import { vanishedError } from "../vanished.ts";
import { definedRelations, detailedRelations } from "./detailed.ts";
import { addIndexConstraint } from "./index-constraint.ts";
import type { IndexConstraint } from "./index-constraint.ts";
import { renderIndexProperties } from "./index-properties.ts";
import type { Relation } from "./relation.ts";

/** An index of a table or materialized view. One that a constraint owns is hidden. */
export interface Index extends CatalogObject {
  readonly kind: "index";
  readonly table: Relation;
  /** "" for a constraint's, whose text is the constraint's. */
  readonly text: string;
  readonly tablespace: string;
  readonly isClustered: boolean;
  readonly isReplicaIdentity: boolean;
  /** Column numbers of the key, 0 for expressions; the first `keyCount` are the key, the others included. */
  readonly columnNumbers: readonly number[];
  readonly keyCount: number;
  readonly nullsNotDistinct: boolean;
  readonly options: readonly string[];
  /** Columns of the index with a statistics target of their own. */
  readonly statistics: readonly { readonly column: number; readonly target: number }[];
  /** The partitioned index that it is attached to; 0 for none. */
  readonly parentOid: number;
  constraint: IndexConstraint | null;
}

interface IndexRow {
  readonly oid: number;
  readonly name: string;
  readonly relation: number;
  readonly text: string | null;
  readonly tablespace: string | null;
  readonly clustered: boolean;
  readonly replica_identity: boolean;
  readonly key: string;
  readonly key_count: number;
  readonly nulls_not_distinct: boolean;
  readonly options: string | null;
  readonly statistics_columns: string | null;
  readonly statistics_targets: string | null;
  readonly parent: number | null;
  readonly constraint_oid: number | null;
  readonly constraint_name: string | null;
  readonly contype: string | null;
  readonly deferrable: boolean | null;
  readonly deferred: boolean | null;
  readonly constraint_text: string | null;
  readonly without_overlaps: boolean | null;
}

const read = catalogRead<IndexRow>({
  name: "indexes",
  phase: "details",
  rowByRow: true,
  query: ({ inventory, major }) => {
    // Partitions attach their indexes to those of the tables above, wanted or not.
    const above = detailedRelations(inventory).filter((table) => table.relkind === "p" && !wants(table, component.definition));
    const tables = [...definedRelations(inventory, "rpm"), ...above].filter((table) => table.hasIndexes);
    if (tables.length === 0) return null;
    return `
    SELECT t.oid, t.relname AS name, i.indrelid AS relation, CASE WHEN c.oid IS NULL THEN pg_catalog.pg_get_indexdef(i.indexrelid) END AS text, s.spcname AS tablespace,
      i.indisclustered AS clustered, i.indisreplident AS replica_identity, i.indkey AS key, i.indnkeyatts AS key_count,
      ${major >= 15 ? "i.indnullsnotdistinct" : "false"} AS nulls_not_distinct, t.reloptions AS options,
      st.columns AS statistics_columns, st.targets AS statistics_targets,
      h.inhparent AS parent, c.oid AS constraint_oid, c.conname AS constraint_name, c.contype::text AS contype,
      c.condeferrable AS deferrable, c.condeferred AS deferred, ${major >= 18 ? "c.conperiod" : "false"} AS without_overlaps,
      CASE WHEN c.contype = 'x' THEN pg_catalog.pg_get_constraintdef(c.oid) END AS constraint_text
    FROM pg_catalog.unnest(${oidArray(tables.map((table) => table.oid))}) AS src(oid)
    JOIN pg_catalog.pg_index i ON i.indrelid = src.oid
    JOIN pg_catalog.pg_class t ON t.oid = i.indexrelid
    JOIN pg_catalog.pg_class r ON r.oid = i.indrelid
    LEFT JOIN pg_catalog.pg_constraint c ON c.conindid = i.indexrelid AND c.conrelid = i.indrelid AND c.contype IN ('p', 'u', 'x')
    LEFT JOIN pg_catalog.pg_inherits h ON h.inhrelid = i.indexrelid
    LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = t.reltablespace
    LEFT JOIN (
      SELECT a.attrelid, pg_catalog.array_agg(a.attnum ORDER BY a.attnum) AS columns, pg_catalog.array_agg(a.attstattarget ORDER BY a.attnum) AS targets
      FROM pg_catalog.pg_attribute a WHERE a.attstattarget >= 0 AND a.attnum > 0 AND NOT a.attisdropped GROUP BY a.attrelid
    ) st ON st.attrelid = i.indexrelid
    WHERE (i.indisvalid OR r.relkind = 'p') AND i.indisready
    ORDER BY i.indrelid, t.relname`;
  },
  read: (rows, { inventory }) => {
    for (const row of rows) {
      const table = inventory.relation(row.relation);
      if (table !== undefined) addIndex(inventory, table, row);
    }
  },
});

function addIndex(inventory: ReadContext["inventory"], table: Relation, row: IndexRow): void {
  // Materialized views are not locked.
  if (row.text === null && row.constraint_oid === null) throw vanishedError("index", { schema: table.schema, name: row.name });
  const targets = parseArrayOfNumbers(row.statistics_targets);
  const index = inventory.add<Index>({
    kind: "index",
    classOid: classOids.pg_class,
    oid: row.oid,
    name: row.name,
    loopRole: "index",
    table,
    text: row.text ?? "",
    tablespace: row.tablespace ?? "",
    isClustered: row.clustered,
    isReplicaIdentity: row.replica_identity,
    columnNumbers: parseArrayOfNumbers(row.key),
    keyCount: row.key_count,
    nullsNotDistinct: row.nulls_not_distinct,
    options: parseArrayOfText(row.options),
    statistics: parseArrayOfNumbers(row.statistics_columns).map((column, at) => ({ column, target: targets[at] ?? 0 })),
    parentOid: row.parent ?? 0,
    constraint: null,
    ...newTablePartState(table),
  });
  if (row.constraint_oid === null) return;
  index.constraint = addIndexConstraint(inventory, index, {
    oid: row.constraint_oid,
    name: row.constraint_name ?? "",
    contype: row.contype ?? "",
    deferrable: row.deferrable ?? false,
    deferred: row.deferred ?? false,
    text: row.constraint_text,
    withoutOverlaps: row.without_overlaps ?? false,
  });
}

export const index = objectKind<Index>({
  kind: "index",
  reads: [read],
  section: () => "post-data",
  describe: (object, context) => {
    const { q, qualified, inventory } = context;
    // A constraint's index is created by the constraint; only its comment stands here.
    const isOwned = object.constraint !== null;
    const hasComment = inventory.hasComment(classOids.pg_class, object.oid);
    return {
      definition: isOwned
        ? null
        : {
            kind: "INDEX",
            tag: object.name,
            section: "post-data",
            create: `${object.text};\n${renderIndexProperties(object, context, object.name)}`,
            drop: object.parentOid === 0 ? `DROP INDEX ${qualified(object)};\n` : "",
            tablespace: object.tablespace,
          },
      parts: hasComment
        ? [
            {
              type: "comment",
              target: `INDEX ${qualified(object)}`,
              tag: `INDEX ${q(object.name)}`,
              classOid: classOids.pg_class,
              oid: object.oid,
              dependsOn: object.constraint ?? object,
            },
          ]
        : [],
    };
  },
});
