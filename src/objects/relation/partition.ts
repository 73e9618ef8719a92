import { oidArray } from "../../core/sql-text.ts";
import { catalogRead, objectKind } from "../kind.ts";
import type { ReadContext } from "../kind.ts";
import { component, newObjectState, wants } from "../object.ts";
import type { CatalogObject } from "../object.ts";
import { detailedRelations } from "./detailed.ts";
import { alterTable } from "./table-text.ts";
import type { Relation } from "./relation.ts";

export interface PartitionDetails {
  /** `RANGE (a)`, for partitioned tables. */
  readonly key: string | null;
  /** `FOR VALUES ...` or `DEFAULT`, for partitions. */
  readonly bound: string | null;
  /** Hash-partitioned on an enum: the hash depends on OIDs, so rows must be loaded through this table. */
  readonly isHashedOnEnum: boolean;
}

interface PartitionRow {
  readonly relation: number;
  readonly key: string | null;
  readonly bound: string | null;
  readonly hashed_on_enum: boolean;
}

export const partitionRead = catalogRead<PartitionRow>({
  name: "partitions",
  phase: "details",
  query: ({ inventory }) => {
    const relations = detailedRelations(inventory).filter((relation) => relation.relkind === "p" || relation.isPartition);
    if (relations.length === 0) return null;
    return `
    SELECT c.oid AS relation, pg_catalog.pg_get_partkeydef(c.oid) AS key, pg_catalog.pg_get_expr(c.relpartbound, c.oid) AS bound,
      coalesce(p.partstrat = 'h' AND (
        SELECT o.oid FROM pg_catalog.pg_opclass o JOIN pg_catalog.pg_am m ON m.oid = o.opcmethod
        WHERE o.opcname = 'enum_ops' AND o.opcnamespace = 'pg_catalog'::pg_catalog.regnamespace AND m.amname = 'hash'
      ) = ANY (p.partclass), false) AS hashed_on_enum
    FROM pg_catalog.unnest(${oidArray(relations.map((relation) => relation.oid))}) AS src(oid)
    JOIN pg_catalog.pg_class c ON c.oid = src.oid
    LEFT JOIN pg_catalog.pg_partitioned_table p ON p.partrelid = c.oid`;
  },
  read: (rows, { inventory }) => {
    for (const row of rows) {
      const relation = inventory.relation(row.relation);
      if (relation !== undefined) relation.partition = { key: row.key, bound: row.bound, isHashedOnEnum: row.hashed_on_enum };
    }
  },
});

/** ATTACH PARTITION: its own entry, so that a partition can be restored without its parent. */
export interface PartitionAttachment extends CatalogObject {
  readonly kind: "partition-attachment";
  readonly parent: Relation;
  readonly partition: Relation;
}

function derive({ inventory }: ReadContext): void {
  for (const partition of inventory.ofKind<Relation>("relation")) {
    const parent = partition.parents[0];
    if (!partition.isPartition || parent === undefined || !wants(partition, component.definition)) continue;
    const attachment = inventory.add<PartitionAttachment>({
      kind: "partition-attachment",
      classOid: 0,
      oid: 0,
      name: partition.name,
      schema: partition.schema,
      owner: partition.owner,
      acl: null,
      loopRole: "other",
      parent,
      partition,
      ...newObjectState(),
    });
    attachment.wanted = partition.wanted;
    attachment.dependencies.push(partition, parent);
  }
}

export const partitionAttachment = objectKind<PartitionAttachment>({
  kind: "partition-attachment",
  derive,
  describe: ({ parent, partition }, { qualified }) => ({
    definition: {
      kind: "TABLE ATTACH",
      tag: partition.name,
      section: "pre-data",
      owner: partition.owner,
      create: `${alterTable(parent)} ONLY ${qualified(parent)} ATTACH PARTITION ${qualified(partition)} ${partition.partition?.bound ?? ""};\n`,
      drop: "",
    },
    parts: [],
  }),
});
