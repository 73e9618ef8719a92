/** The query behind -l, for a server of that major. */
export function listDatabasesQuery(serverMajor: number): string {
  const provider =
    serverMajor >= 15 ? `CASE d.datlocprovider WHEN 'b' THEN 'builtin' WHEN 'c' THEN 'libc' WHEN 'i' THEN 'icu' END` : `'libc'`;
  const locale = serverMajor >= 17 ? "d.datlocale" : serverMajor >= 15 ? "d.daticulocale" : "NULL";
  const rules = serverMajor >= 16 ? "d.daticurules" : "NULL";
  return `SELECT d.datname AS "Name",
       pg_catalog.pg_get_userbyid(d.datdba) AS "Owner",
       pg_catalog.pg_encoding_to_char(d.encoding) AS "Encoding",
       ${provider} AS "Locale Provider",
       d.datcollate AS "Collate",
       d.datctype AS "Ctype",
       ${locale} AS "Locale",
       ${rules} AS "ICU Rules",
       CASE WHEN pg_catalog.array_length(d.datacl, 1) = 0 THEN '(none)'
            ELSE pg_catalog.array_to_string(d.datacl, E'\\n') END AS "Access privileges"
FROM pg_catalog.pg_database d
ORDER BY 1`;
}
