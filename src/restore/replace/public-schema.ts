import { alwaysQuoted } from "../../core/identifiers.ts";
import type { RestoreTarget } from "../target.ts";

/**
 * Statements that make the schema `public` what initdb made it, so that an archive, which tells only what differs from that, makes it
 * what it was. `owner`: whose it shall be in the end, when the archive says so by itself. Before 15 it is
 * initdb's superuser's, unless the role may not give it away and keeps it.
 */
export async function publicSchemaStatements(target: RestoreTarget, owner?: string): Promise<string[]> {
  const [found] = await target.query(`SELECT pg_catalog.pg_get_userbyid(n.nspowner) AS owner,
      pg_catalog.obj_description(n.oid, 'pg_namespace') AS comment,
      CASE WHEN pg_catalog.pg_has_role(10, 'MEMBER') THEN pg_catalog.pg_get_userbyid(10) ELSE pg_catalog.pg_get_userbyid(n.nspowner) END
        AS usual,
      (SELECT pg_catalog.string_agg(DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) END, ', ')
       FROM pg_catalog.aclexplode(n.nspacl) AS a) AS grantees
    FROM pg_catalog.pg_namespace AS n WHERE n.nspname = 'public'`);
  const usual = owner ?? (target.major >= 15 ? "pg_database_owner" : (found?.["usual"] ?? "postgres"));
  const statements = found === undefined ? ["CREATE SCHEMA public"] : [];
  const grantees = found?.["grantees"] ?? null;
  if (grantees !== null) statements.push(`REVOKE ALL ON SCHEMA public FROM ${grantees} CASCADE`);
  if (found?.["owner"] !== usual) statements.push(`ALTER SCHEMA public OWNER TO ${alwaysQuoted(usual)}`);
  statements.push(`GRANT ALL ON SCHEMA public TO ${alwaysQuoted(usual)}`);
  statements.push(`GRANT ${target.major >= 15 ? "USAGE" : "ALL"} ON SCHEMA public TO PUBLIC`);
  if (found?.["comment"] !== "standard public schema") statements.push("COMMENT ON SCHEMA public IS 'standard public schema'");
  return statements;
}
