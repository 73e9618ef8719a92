/** Kinds of objects that initdb makes and that have privileges: catalog, its column of them, the letter of their defaults, the word of GRANT. */
const KINDS = [
  ["pg_proc", "proacl", "proowner", "'f'", "ROUTINE"],
  ["pg_class", "relacl", "relowner", "'r'", "TABLE"],
  ["pg_language", "lanacl", "lanowner", "'l'", "LANGUAGE"],
  ["pg_type", "typacl", "typowner", "'T'", "TYPE"],
  ["pg_namespace", "nspacl", "nspowner", "'n'", "SCHEMA"],
] as const;

/**
 * Statements that give what initdb made its first privileges back, where somebody granted or revoked some: an archive tells only what
 * differs from them. For superusers, who alone can have changed them.
 */
export const SYSTEM_PRIVILEGES = KINDS.map(
  ([
    catalog,
    acl,
    owner,
    letter,
    word,
  ]) => `SELECT (SELECT pg_catalog.string_agg(DISTINCT 'REVOKE ALL ON ${word} ' || s.identity || ' FROM ' || s.role || ' CASCADE', '; ')
        FROM (SELECT x.identity, ${roleOf("a.grantee")} AS role FROM pg_catalog.aclexplode(COALESCE(x.acl, x.usual)) AS a) AS s)
      || COALESCE((SELECT '; ' || pg_catalog.string_agg('GRANT ' || a.privilege_type || ' ON ${word} ' || x.identity || ' TO ' || ${roleOf("a.grantee")}
           || CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END, '; ') FROM pg_catalog.aclexplode(x.usual) AS a), '') AS sql,
      'privileges on ' || x.identity AS what
    FROM (SELECT o.${acl} AS acl, COALESCE(p.initprivs, pg_catalog.acldefault(${letter}, o.${owner})) AS usual,
        ${identityOf(catalog)} AS identity
      FROM pg_catalog.${catalog} AS o
      LEFT JOIN pg_catalog.pg_init_privs AS p ON p.classoid = 'pg_catalog.${catalog}'::pg_catalog.regclass AND p.objoid = o.oid AND p.objsubid = 0
      WHERE o.oid < 16384 ${catalog === "pg_namespace" ? "AND o.nspname <> 'public' " : ""}${catalog === "pg_class" ? "AND o.relkind IN ('r', 'v') " : ""}AND o.${acl} IS DISTINCT FROM p.initprivs
        AND pg_catalog.array_length(COALESCE(p.initprivs, o.${acl}), 1) > 0) AS x
    WHERE x.acl IS NULL OR NOT (x.acl @> x.usual AND x.usual @> x.acl)`,
).map(onlyForSuperusers);

/** GRANT wants the names of types as they stand in the catalog: `int4` and not `integer`. */
function identityOf(catalog: string): string {
  if (catalog !== "pg_type") return `(pg_catalog.pg_identify_object('pg_catalog.${catalog}'::pg_catalog.regclass, o.oid, 0)).identity`;
  return `(SELECT pg_catalog.quote_ident(nspname) FROM pg_catalog.pg_namespace WHERE oid = o.typnamespace) || '.' || pg_catalog.quote_ident(o.typname)`;
}

function roleOf(oid: string): string {
  return `CASE ${oid} WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(${oid})) END`;
}

function onlyForSuperusers(query: string): string {
  return `${query} AND (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = CURRENT_USER)`;
}
