/**
 * Statements that take default privileges back to what they are without any: an entry that says what is built in disappears. Rows: the
 * statements of one entry.
 */
export const DEFAULT_PRIVILEGES = `SELECT pg_catalog.string_agg(
      pg_catalog.format('%s REVOKE ALL ON %s FROM %s', d.head, d.objects, d.grantee), '; ' ORDER BY d.grantee)
    || CASE WHEN d.namespace = 0 THEN pg_catalog.format('; %s GRANT ALL ON %s TO %I', d.head, d.objects, d.role)
         || CASE d.objtype WHEN 'f' THEN '; ' || d.head || ' GRANT EXECUTE ON FUNCTIONS TO PUBLIC'
                           WHEN 'T' THEN '; ' || d.head || ' GRANT USAGE ON TYPES TO PUBLIC' ELSE '' END
       ELSE '' END AS sql, 'default privileges of ' || d.role AS what
  FROM (SELECT DISTINCT a.oid, a.defaclnamespace AS namespace, a.defaclobjtype AS objtype, pg_catalog.pg_get_userbyid(a.defaclrole) AS role,
      'ALTER DEFAULT PRIVILEGES FOR ROLE ' || pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.defaclrole))
        || COALESCE(' IN SCHEMA ' || pg_catalog.quote_ident(n.nspname), '') AS head,
      CASE a.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES'
        WHEN 'n' THEN 'SCHEMAS' ELSE 'LARGE OBJECTS' END AS objects,
      CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(g.grantee)) END AS grantee
    FROM pg_catalog.pg_default_acl AS a
    LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid = a.defaclnamespace
    CROSS JOIN LATERAL (SELECT grantee FROM pg_catalog.aclexplode(a.defaclacl) UNION SELECT a.defaclrole) AS g) AS d
  GROUP BY d.oid, d.namespace, d.objtype, d.role, d.head, d.objects ORDER BY d.oid`;
