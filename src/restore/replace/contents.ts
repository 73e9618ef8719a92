import { quoteLiteralPortably } from "../../core/literals.ts";

/**
 * Queries that tell what a database holds, each row a statement that drops one thing. They run with an empty search_path, one after the
 * other, each after what the one before it found has been dropped. What initdb made has an OID below 16384; what belongs to an extension
 * goes with it.
 */
const OF_USERS = (alias: string) => `${alias}.oid >= 16384`;

function notOfExtension(catalog: string, oid: string): string {
  return `NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS m
    WHERE m.classid = 'pg_catalog.${catalog}'::pg_catalog.regclass AND m.objid = ${oid} AND m.deptype = 'e')`;
}

export const EVENT_TRIGGERS = `SELECT pg_catalog.format('DROP EVENT TRIGGER %I', t.evtname) AS sql, 'event trigger ' || t.evtname AS what
  FROM pg_catalog.pg_event_trigger AS t WHERE ${notOfExtension("pg_event_trigger", "t.oid")} ORDER BY t.evtname`;

export const PUBLICATIONS = `SELECT pg_catalog.format('DROP PUBLICATION %I', p.pubname) AS sql, 'publication ' || p.pubname AS what
  FROM pg_catalog.pg_publication AS p WHERE ${notOfExtension("pg_publication", "p.oid")} ORDER BY p.pubname`;

/** Within a transaction a subscription can only go when it has let go of its slot, which then stays on the publisher. */
export const SUBSCRIPTIONS = `SELECT pg_catalog.format('ALTER SUBSCRIPTION %1$I DISABLE; ALTER SUBSCRIPTION %1$I SET (slot_name = NONE); DROP SUBSCRIPTION %1$I', s.subname)
    AS sql, 'subscription ' || s.subname AS what, s.subslotname AS slot
  FROM pg_catalog.pg_subscription AS s
  WHERE s.subdbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()) ORDER BY s.subname`;

/** Whether the role may drop them; what initdb made stays. */
export const EXTENSIONS = `SELECT pg_catalog.format('DROP EXTENSION IF EXISTS %I CASCADE', e.extname) AS sql, 'extension ' || e.extname AS what, e.extname AS name,
    pg_catalog.pg_has_role(e.extowner, 'USAGE') AS allowed
  FROM pg_catalog.pg_extension AS e WHERE ${OF_USERS("e")} ORDER BY e.extname`;

/** Schemas but for those of the system; `holds_extension` when an extension stays in it. */
export function schemasSql(only: readonly string[] | undefined): string {
  const wanted = only === undefined ? "true" : `n.nspname = ANY (${names(only)})`;
  return `SELECT n.nspname AS name, pg_catalog.pg_has_role(n.nspowner, 'USAGE') AS allowed,
      EXISTS (SELECT FROM pg_catalog.pg_extension AS e WHERE e.extnamespace = n.oid) AS holds_extension
    FROM pg_catalog.pg_namespace AS n
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND ${wanted} AND ${notOfExtension("pg_namespace", "n.oid")}
    ORDER BY n.nspname`;
}

/** What lives in a schema and is no part of something else, relations first: their types and sequences go with them. */
export function contentsSql(schema: string): string {
  return `SELECT pg_catalog.format('DROP %s IF EXISTS %s CASCADE', CASE WHEN i.type IN ('function', 'procedure', 'aggregate') THEN 'ROUTINE'
        WHEN i.type = 'statistics object' THEN 'STATISTICS' WHEN i.type = 'composite type' THEN 'TYPE' ELSE pg_catalog.upper(i.type) END, i.identity) AS sql,
      i.type || ' ' || i.identity AS what
    FROM pg_catalog.pg_depend AS d, LATERAL pg_catalog.pg_identify_object(d.classid, d.objid, 0) AS i
    WHERE d.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND d.deptype = 'n' AND d.objsubid = 0
      AND d.refobjid = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = ${quoteLiteralPortably(schema)})
      AND i.type <> 'extension'
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS m
        WHERE m.classid = d.classid AND m.objid = d.objid AND m.objsubid = 0 AND m.deptype IN ('e', 'i'))
    ORDER BY i.type NOT IN ('view', 'materialized view'), i.type NOT IN ('table', 'foreign table'), i.type <> 'sequence', d.objid`;
}

/** What lives outside schemas, in the order in which it can go. */
export const OUTSIDE_SCHEMAS: readonly string[] = [
  `SELECT pg_catalog.format('DROP SERVER IF EXISTS %I CASCADE', s.srvname) AS sql, 'server ' || s.srvname AS what
   FROM pg_catalog.pg_foreign_server AS s WHERE ${notOfExtension("pg_foreign_server", "s.oid")} ORDER BY s.oid`,
  `SELECT pg_catalog.format('DROP FOREIGN DATA WRAPPER IF EXISTS %I CASCADE', w.fdwname) AS sql, 'foreign data wrapper ' || w.fdwname AS what
   FROM pg_catalog.pg_foreign_data_wrapper AS w WHERE ${OF_USERS("w")} AND ${notOfExtension("pg_foreign_data_wrapper", "w.oid")} ORDER BY w.oid`,
  identified("pg_transform", "TRANSFORM"),
  identified("pg_cast", "CAST"),
  `SELECT pg_catalog.format('DROP LANGUAGE IF EXISTS %I CASCADE', l.lanname) AS sql, 'language ' || l.lanname AS what
   FROM pg_catalog.pg_language AS l WHERE ${OF_USERS("l")} AND ${notOfExtension("pg_language", "l.oid")} ORDER BY l.oid`,
  `SELECT pg_catalog.format('DROP ACCESS METHOD IF EXISTS %I CASCADE', a.amname) AS sql, 'access method ' || a.amname AS what
   FROM pg_catalog.pg_am AS a WHERE ${OF_USERS("a")} AND ${notOfExtension("pg_am", "a.oid")} ORDER BY a.oid`,
  `SELECT pg_catalog.format('SELECT pg_catalog.lo_unlink(%s)', o.oid) AS sql, 'large object ' || o.oid AS what
   FROM pg_catalog.pg_largeobject_metadata AS o ORDER BY o.oid`,
];

function identified(catalog: string, kind: string): string {
  return `SELECT 'DROP ${kind} IF EXISTS ' || i.identity || ' CASCADE' AS sql, i.type || ' ' || i.identity AS what
   FROM pg_catalog.${catalog} AS c, LATERAL pg_catalog.pg_identify_object('pg_catalog.${catalog}'::pg_catalog.regclass, c.oid, 0) AS i
   WHERE ${OF_USERS("c")} AND ${notOfExtension(catalog, "c.oid")} ORDER BY c.oid`;
}

/** Tables and views that are to go, in an order that every restore has. Those of extensions that stay are not touched. */
export function tablesToLockSql(only: readonly string[] | undefined): string {
  const wanted = only === undefined ? "true" : `n.nspname = ANY (${names(only)})`;
  return `SELECT pg_catalog.string_agg(pg_catalog.format('%I.%I', n.nspname, c.relname), ', ' ORDER BY n.nspname, c.relname) AS tables
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND ${wanted}
      AND (pg_catalog.pg_has_role(c.relowner, 'USAGE') OR pg_catalog.pg_has_role(n.nspowner, 'USAGE')
        AND pg_catalog.has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE'))
      AND ${notOfExtension("pg_class", "c.oid")}`;
}

/** What the role can neither drop by itself nor with its schema. */
export function notAllowedSql(only: readonly string[] | undefined): string {
  const wanted = only === undefined ? "true" : `n.nspname = ANY (${names(only)})`;
  const of = (catalog: string, owner: string, namespace: string, more: string) =>
    `SELECT pg_catalog.pg_describe_object('pg_catalog.${catalog}'::pg_catalog.regclass, o.oid, 0) || ' (owner ' || pg_catalog.pg_get_userbyid(o.${owner}) || ')' AS what
     FROM pg_catalog.${catalog} AS o JOIN pg_catalog.pg_namespace AS n ON n.oid = o.${namespace}
     WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND ${wanted} AND ${more}
       AND NOT pg_catalog.pg_has_role(n.nspowner, 'USAGE') AND NOT pg_catalog.pg_has_role(o.${owner}, 'USAGE')
       AND ${notOfExtension(catalog, "o.oid")}`;
  return [
    of("pg_class", "relowner", "relnamespace", "o.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')"),
    of("pg_proc", "proowner", "pronamespace", "true"),
    of("pg_type", "typowner", "typnamespace", "o.typrelid = 0 AND o.typelem = 0"),
  ].join(" UNION ALL ");
}

export function names(list: readonly string[]): string {
  return `ARRAY[${list.map(quoteLiteralPortably).join(", ")}]::pg_catalog.text[]`;
}
