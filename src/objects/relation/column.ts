import { oidArray } from "../../core/sql-text.ts";
import { readAcl } from "../../facets/acl.ts";
import { parseArrayOfText } from "../../core/array-text.ts";
import { foreignOptionsColumn } from "../foreign/foreign-options.ts";
import { catalogRead } from "../kind.ts";
import { wants, component } from "../object.ts";
import type { ColumnDefault } from "./column-default.ts";
import { detailedRelations } from "./detailed.ts";

/** NOT NULL of a column as a constraint, from 18 on. */
export interface NotNull {
  readonly oid: number;
  readonly name: string;
  readonly isLocal: boolean;
  readonly noInherit: boolean;
  readonly isValid: boolean;
}

export interface Column {
  readonly name: string;
  readonly number: number;
  readonly type: string;
  /** Of a domain, the type that its values are of in the end. */
  readonly baseTypeOid: number;
  readonly notNull: boolean;
  /** null before 18 and where nulls are allowed. */
  readonly notNullConstraint: NotNull | null;
  /** Declared by the table itself, not only inherited. */
  readonly isLocal: boolean;
  /** a always, d by default, "" none. */
  readonly identity: string;
  /** s stored, v virtual, "" none. */
  readonly generated: string;
  /** Named only when it is not the type's own. */
  readonly collation: { readonly schema: { readonly name: string }; readonly name: string } | null;
  /** null for the default. */
  readonly statisticsTarget: number | null;
  readonly storage: string;
  readonly typeStorage: string;
  readonly compression: string;
  /** `n_distinct=5, ...` */
  readonly options: string;
  /** `name 'value',\n    ...` */
  readonly foreignOptions: string;
  /** The default or generation expression; filled in by its own read. */
  default: ColumnDefault | null;
}

interface ColumnRow {
  readonly relation: number;
  readonly name: string;
  readonly number: number;
  readonly formatted: string;
  readonly base_type: number;
  readonly not_null: boolean;
  readonly is_local: boolean;
  readonly identity: string;
  readonly generated: string;
  readonly collation_schema: string | null;
  readonly collation_name: string | null;
  readonly statistics_target: number | null;
  readonly storage: string;
  readonly type_storage: string;
  readonly compression: string;
  readonly options: string | null;
  readonly foreign_options: string | null;
  readonly nn_oid: number | null;
  readonly nn_name: string | null;
  readonly nn_is_local: boolean | null;
  readonly nn_no_inherit: boolean | null;
  readonly nn_is_valid: boolean | null;
}

export const columnRead = catalogRead<ColumnRow>({
  name: "columns",
  phase: "details",
  rowByRow: true,
  query: ({ inventory, major }) => {
    const relations = detailedRelations(inventory);
    if (relations.length === 0) return null;
    const notNull =
      major >= 18
        ? "nn.oid AS nn_oid, nn.conname AS nn_name, nn.conislocal AS nn_is_local, nn.connoinherit AS nn_no_inherit, nn.convalidated AS nn_is_valid"
        : "NULL::oid AS nn_oid, NULL AS nn_name, NULL::bool AS nn_is_local, NULL::bool AS nn_no_inherit, NULL::bool AS nn_is_valid";
    return `
    SELECT a.attrelid AS relation, a.attname AS name, a.attnum AS number, pg_catalog.format_type(a.atttypid, a.atttypmod) AS formatted,
      CASE WHEN t.typtype = 'd' THEN (
        WITH RECURSIVE base(oid, next) AS (
          SELECT t.oid, t.typbasetype UNION ALL SELECT d.oid, d.typbasetype FROM base b JOIN pg_catalog.pg_type d ON d.oid = b.next
        ) SELECT base.oid FROM base WHERE base.next = 0
      ) ELSE t.oid END AS base_type,
      a.attnotnull AS not_null, a.attislocal AS is_local, a.attidentity::text AS identity, a.attgenerated::text AS generated,
      cn.nspname AS collation_schema, co.collname AS collation_name,
      CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END AS statistics_target,
      a.attstorage::text AS storage, t.typstorage::text AS type_storage,
      ${major >= 14 ? "a.attcompression::text" : "''"} AS compression,
      pg_catalog.array_to_string(a.attoptions, ', ') AS options,
      CASE WHEN a.attfdwoptions IS NOT NULL THEN ${foreignOptionsColumn("a.attfdwoptions")} END AS foreign_options,
      ${notNull}
    FROM pg_catalog.unnest(${oidArray(relations.map((relation) => relation.oid))}) AS src(oid)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = src.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_catalog.pg_collation co ON co.oid = a.attcollation AND a.attcollation <> t.typcollation
    LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = co.collnamespace
    ${major >= 18 ? "LEFT JOIN pg_catalog.pg_constraint nn ON nn.conrelid = a.attrelid AND nn.contype = 'n' AND nn.conkey = ARRAY[a.attnum]" : ""}
    ORDER BY a.attrelid, a.attnum`;
  },
  read: (rows, { inventory }) => {
    for (const row of rows) inventory.relation(row.relation)?.columns.push(columnOf(row));
  },
});

function columnOf(row: ColumnRow): Column {
  return {
    name: row.name,
    number: row.number,
    type: row.formatted,
    baseTypeOid: row.base_type,
    notNull: row.not_null,
    notNullConstraint:
      row.nn_oid === null
        ? null
        : {
            oid: row.nn_oid,
            name: row.nn_name ?? "",
            isLocal: row.nn_is_local ?? true,
            noInherit: row.nn_no_inherit ?? false,
            isValid: row.nn_is_valid ?? true,
          },
    isLocal: row.is_local,
    identity: row.identity,
    generated: row.generated,
    collation:
      row.collation_schema === null || row.collation_name === null
        ? null
        : { schema: { name: row.collation_schema }, name: row.collation_name },
    statisticsTarget: row.statistics_target,
    storage: row.storage,
    typeStorage: row.type_storage,
    compression: row.compression,
    options: row.options ?? "",
    foreignOptions: row.foreign_options ?? "",
    default: null,
  };
}

interface ColumnAclRow {
  readonly relation: number;
  readonly name: string;
  readonly number: number;
  readonly acl: string | null;
  readonly initial: string | null;
}

/** Privileges on columns; those that nobody touched since initdb or CREATE EXTENSION compare equal later and print nothing. */
export const columnAclRead = catalogRead<ColumnAclRow>({
  name: "column privileges",
  phase: "details",
  // Few columns have any: all of them are asked for, which is one scan, where naming ten thousand relations is as many probes.
  query: () => `
    SELECT a.attrelid AS relation, a.attname AS name, a.attnum AS number, a.attacl AS acl, p.initprivs AS initial
    FROM pg_catalog.pg_attribute a
    LEFT JOIN pg_catalog.pg_init_privs p
      ON p.objoid = a.attrelid AND p.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND p.objsubid = a.attnum
    WHERE NOT a.attisdropped AND (a.attacl IS NOT NULL OR p.initprivs IS NOT NULL)
    ORDER BY a.attrelid, a.attnum`,
  read: (rows, { inventory }) => {
    for (const row of rows) {
      const relation = inventory.relation(row.relation);
      if (relation?.kind !== "relation" || relation.relkind === "c" || !wants(relation, component.acl)) continue;
      relation.columnAcls.push({
        number: row.number,
        name: row.name,
        acl: { ...readAcl({ acl: row.acl ?? "{}", acldefault: null }), defaults: parseArrayOfText(row.initial) },
      });
    }
  },
});
