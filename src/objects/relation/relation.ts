import { parseArrayOfText } from "../../core/array-text.ts";
import { oidArray } from "../../core/sql-text.ts";
import { grantedAclColumns, readAcl } from "../../facets/acl.ts";
import type { AclFacet, AclRow } from "../../facets/acl.ts";
import { classOids, FIRST_NORMAL_OID } from "../class-oids.ts";
import { catalogRead, objectKind } from "../kind.ts";
import type { Description, ReadContext, RenderContext } from "../kind.ts";
import { ALL_COMPONENTS, component, newObjectState, NO_COMPONENTS } from "../object.ts";
import type { CatalogObject, LoopRole } from "../object.ts";
import { memberComponents } from "../selection.ts";
import { columnAclRead, columnRead } from "./column.ts";
import type { Column } from "./column.ts";
import type { ForeignTableDetails } from "./foreign-table.ts";
import { foreignTableRead } from "./foreign-table.ts";
import { describeMaterializedView } from "./materialized-view.ts";
import { partitionRead } from "./partition.ts";
import type { PartitionDetails } from "./partition.ts";
import { describeSequence, sequenceRead } from "./sequence.ts";
import type { SequenceDetails } from "./sequence.ts";
import { describeTable } from "./table.ts";
import type { CheckConstraint } from "./check-constraint.ts";
import { describeView, viewRead } from "./view.ts";
import type { Rule } from "./rule.ts";

/** Kinds of relation that are objects; composite types have a hidden one. */
export type Relkind = "r" | "p" | "f" | "v" | "m" | "S" | "c";

export interface Relation extends CatalogObject {
  readonly kind: "relation";
  readonly relkind: Relkind;
  /** p permanent, u unlogged. Temporary relations are not read. */
  readonly persistence: string;
  readonly replicaIdentity: string;
  readonly isPartition: boolean;
  readonly rowSecurity: boolean;
  readonly forceRowSecurity: boolean;
  readonly hasIndexes: boolean;
  readonly hasTriggers: boolean;
  /** Matviews: holds rows. */
  isPopulated: boolean;
  readonly accessMethod: string;
  /** "" for the database's default. */
  readonly tablespace: string;
  /** Storage parameters as `name=value`; for views without check_option. */
  readonly options: readonly string[];
  readonly toastOptions: readonly string[];
  /** LOCAL, CASCADED or "". */
  readonly checkOption: string;
  /** Typed table: its type as SQL. */
  readonly ofType: string | null;
  /** Sequences: the column that owns it. */
  readonly ownedBy: { readonly relation: number; readonly column: number; readonly isIdentity: boolean } | null;
  readonly columnAcls: { readonly number: number; readonly name: string; readonly acl: AclFacet }[];
  columns: Column[];
  /** Direct parents by INHERITS or PARTITION OF, in their order. */
  parents: Relation[];
  checks: CheckConstraint[];
  partition: PartitionDetails | null;
  sequence: SequenceDetails | null;
  foreignTable: ForeignTableDetails | null;
  /** Views: the query. */
  viewDefinition: string | null;
  /** Views: the rule that makes it one. */
  viewRule: Rule | null;
  /** Views: printed with NULL columns first, and as a rule later. */
  isDummyView: boolean;
}

interface RelationRow extends AclRow {
  readonly oid: number;
  readonly name: string;
  readonly schema: number;
  readonly relkind: Relkind;
  readonly owner: number;
  readonly persistence: string;
  readonly replica_identity: string;
  readonly is_partition: boolean;
  readonly row_security: boolean;
  readonly force_row_security: boolean;
  readonly has_indexes: boolean;
  readonly has_triggers: boolean;
  readonly is_populated: boolean;
  readonly access_method: string | null;
  readonly tablespace: string | null;
  readonly options: string | null;
  readonly toast_options: string | null;
  readonly check_option: string | null;
  readonly of_type: string | null;
  readonly owning_relation: number | null;
  readonly owning_column: number | null;
  readonly owning_deptype: string | null;
}

/** System relations matter only where somebody changed their privileges, or asks for them by name. */
function isListed({ tables }: ReadContext["selection"]): string {
  return `c.relpersistence <> 't'
      AND (c.oid >= ${FIRST_NORMAL_OID.toString()} OR c.oid = ANY (${oidArray(tables ?? [])})
        OR c.relacl IS DISTINCT FROM (SELECT p.initprivs FROM pg_catalog.pg_init_privs p
          WHERE p.objoid = c.oid AND p.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND p.objsubid = 0)
        OR EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attacl IS NOT NULL))`;
}

const NOTHING_ELSE: Omit<RelationRow, "oid" | "name" | "schema" | "relkind" | "owner"> = {
  persistence: "p",
  replica_identity: "d",
  is_partition: false,
  row_security: false,
  force_row_security: false,
  has_indexes: false,
  has_triggers: false,
  is_populated: false,
  access_method: null,
  tablespace: null,
  options: null,
  toast_options: null,
  check_option: null,
  of_type: null,
  owning_relation: null,
  owning_column: null,
  owning_deptype: null,
  acl: null,
  acldefault: null,
};

const read = catalogRead<RelationRow>({
  name: "relations",
  phase: "inventory",
  rowByRow: true,
  query: ({ selection }) => `
    SELECT c.oid, c.relname AS name, c.relnamespace AS schema, c.relkind::text AS relkind, c.relowner AS owner,
      c.relpersistence::text AS persistence, c.relreplident::text AS replica_identity, c.relispartition AS is_partition,
      c.relrowsecurity AS row_security, c.relforcerowsecurity AS force_row_security, c.relhasindex AS has_indexes,
      c.relhastriggers AS has_triggers, c.relispopulated AS is_populated, am.amname AS access_method, ts.spcname AS tablespace,
      array_remove(array_remove(c.reloptions, 'check_option=local'), 'check_option=cascaded') AS options,
      tc.reloptions AS toast_options,
      CASE WHEN 'check_option=local' = ANY (c.reloptions) THEN 'LOCAL'
        WHEN 'check_option=cascaded' = ANY (c.reloptions) THEN 'CASCADED' END AS check_option,
      CASE WHEN c.reloftype <> 0 THEN pg_catalog.format_type(c.reloftype, NULL) END AS of_type,
      d.refobjid AS owning_relation, d.refobjsubid AS owning_column, d.deptype::text AS owning_deptype,
      ${grantedAclColumns("c.relacl", `CASE WHEN c.relkind = 'S' THEN 's'::"char" ELSE 'r'::"char" END`, "c.relowner")}
    FROM pg_catalog.pg_class c
    LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam
    LEFT JOIN pg_catalog.pg_tablespace ts ON ts.oid = c.reltablespace
    LEFT JOIN pg_catalog.pg_class tc ON tc.oid = c.reltoastrelid AND tc.relkind = 't' AND c.relkind <> 'p'
    LEFT JOIN pg_catalog.pg_depend d ON c.relkind = 'S' AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid
      AND d.objsubid = 0 AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype IN ('a', 'i')
    WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S', 'c') AND ${isListed(selection)}
    ORDER BY c.oid`,
  read: (rows, { inventory }) => {
    for (const row of rows) inventory.add(relationOf(row, inventory));
  },
});

/** The tables of `read` with no more than decides which of them are wanted: what is locked is listed twice. */
export const lockableRead = catalogRead<Pick<RelationRow, "oid" | "name" | "schema" | "relkind" | "owner">>({
  name: "tables to lock",
  phase: "inventory",
  rowByRow: true,
  query: ({ selection }) => `
    SELECT c.oid, c.relname AS name, c.relnamespace AS schema, c.relkind::text AS relkind, c.relowner AS owner
    FROM pg_catalog.pg_class c
    WHERE c.relkind IN ('r', 'p') AND ${isListed(selection)}
    ORDER BY c.oid`,
  read: (rows, { inventory }) => {
    for (const { oid, name, schema, relkind, owner } of rows) {
      inventory.add(relationOf({ oid, name, schema, relkind, owner, ...NOTHING_ELSE }, inventory));
    }
  },
});

function relationOf(row: RelationRow, inventory: ReadContext["inventory"]): Relation {
  return {
    kind: "relation",
    classOid: classOids.pg_class,
    oid: row.oid,
    name: row.name,
    schema: inventory.schema(row.schema),
    owner: inventory.role(row.owner),
    acl: readAcl(row),
    loopRole: LOOP_ROLES[row.relkind],
    relkind: row.relkind,
    persistence: row.persistence,
    replicaIdentity: row.replica_identity,
    isPartition: row.is_partition,
    rowSecurity: row.row_security,
    forceRowSecurity: row.force_row_security,
    hasIndexes: row.has_indexes,
    hasTriggers: row.has_triggers,
    isPopulated: row.is_populated,
    accessMethod: row.access_method ?? "",
    tablespace: row.tablespace ?? "",
    options: parseArrayOfText(row.options),
    toastOptions: parseArrayOfText(row.toast_options),
    checkOption: row.check_option ?? "",
    ofType: row.of_type,
    ownedBy:
      row.owning_relation === null
        ? null
        : { relation: row.owning_relation, column: row.owning_column ?? 0, isIdentity: row.owning_deptype === "i" },
    columnAcls: [],
    columns: [],
    parents: [],
    checks: [],
    partition: null,
    sequence: null,
    foreignTable: null,
    viewDefinition: null,
    viewRule: null,
    isDummyView: false,
    ...newObjectState(),
  };
}

const LOOP_ROLES: Readonly<Record<Relkind, LoopRole>> = {
  r: "table",
  p: "table",
  f: "table",
  S: "table",
  v: "view",
  m: "materialized-view",
  c: "other",
};

interface InheritanceRow {
  readonly child: number;
  readonly parent: number;
}

const inheritanceRead = catalogRead<InheritanceRow>({
  name: "inheritance",
  phase: "inventory",
  query: () => `
    SELECT i.inhrelid AS child, i.inhparent AS parent
    FROM pg_catalog.pg_inherits i
    JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid AND c.relkind IN ('r', 'p', 'f')
    ORDER BY i.inhrelid, i.inhseqno`,
  read: (rows, { inventory }) => {
    for (const row of rows) {
      const parent = inventory.relation(row.parent);
      if (parent !== undefined) inventory.relation(row.child)?.parents.push(parent);
    }
  },
});

function select(relation: Relation, { selection }: ReadContext): number {
  const member = memberComponents(relation);
  if (member !== null) return member;
  if (selection.excludedTables.has(relation.oid)) return NO_COMPONENTS;
  if (selection.tables !== null) return selection.tables.has(relation.oid) ? ALL_COMPONENTS : NO_COMPONENTS;
  return relation.schema?.contained ?? NO_COMPONENTS;
}

/** Sequences go with the column that owns them. */
function finishSelection({ inventory }: ReadContext): void {
  for (const sequence of inventory.ofKind<Relation>("relation")) {
    const owner = sequence.ownedBy === null ? undefined : inventory.relation(sequence.ownedBy.relation);
    if (owner === undefined) continue;
    if (sequence.ownedBy?.isIdentity === true) sequence.wanted = owner.wanted;
    else if ((owner.wanted & component.definition) !== 0) sequence.wanted |= owner.wanted;
  }
}

function describe(relation: Relation, context: RenderContext): Description | null {
  switch (relation.relkind) {
    case "r":
    case "p":
    case "f":
      return describeTable(relation, context);
    case "v":
      return describeView(relation, context);
    case "m":
      return describeMaterializedView(relation, context);
    case "S":
      return describeSequence(relation, context);
    case "c":
      return null;
  }
}

export const relation = objectKind<Relation>({
  kind: "relation",
  reads: [read, inheritanceRead, columnRead, columnAclRead, partitionRead, sequenceRead, foreignTableRead, viewRead],
  select,
  finishSelection,
  section: (object) => (object.postponed ? "post-data" : "pre-data"),
  describe,
});
