import { quoteLiteralPortably } from "../../core/literals.ts";
import type { DataChannel, TextRow } from "../../postgres/data-channel.ts";

/** All that a database has beside its contents: what it is made with, and what is laid upon it. */
export interface DatabaseFacts {
  readonly oid: string;
  readonly name: string;
  readonly owner: string;
  readonly encoding: string;
  readonly collate: string;
  readonly ctype: string;
  /** c libc, i icu, b builtin */
  readonly provider: string;
  /** Of ICU and the builtin provider. */
  readonly locale: string | null;
  readonly icuRules: string | null;
  readonly tablespace: string;
  readonly isTemplate: boolean;
  readonly allowsConnections: boolean;
  /** -1 for none */
  readonly connectionLimit: number;
  readonly comment: string | null;
  readonly labels: readonly { readonly provider: string; readonly label: string }[];
  /** null for those that every database has from the start. An empty grantee is everybody. */
  readonly privileges: readonly DatabasePrivilege[] | null;
  /** `name=value` of ALTER DATABASE ... SET; with a role, of ALTER ROLE ... IN DATABASE. In their order. */
  readonly settings: readonly { readonly role: string | null; readonly setting: string }[];
}

export interface DatabasePrivilege {
  readonly grantor: string;
  readonly grantee: string;
  readonly privilege: string;
  readonly grantable: boolean;
}

/** Reads them from any database of the server; undefined when there is no database of that name, or of that OID. */
export async function readDatabaseFacts(
  channel: DataChannel,
  which: { name: string } | { oid: string },
): Promise<DatabaseFacts | undefined> {
  const where = "oid" in which ? `d.oid = ${which.oid}` : `d.datname = ${quoteLiteralPortably(which.name)}`;
  const queries = [ownFacts(channel.major, where), privilegesOf(where), settingsOf(where), labelsOf(where)];
  const { results } = await channel.query(queries.join(";\n"));
  const [own, privileges, settings, labels] = results.map(({ rows }) => rows);
  const [row] = own ?? [];
  if (row === undefined) return undefined;
  return {
    ...ownOf(row),
    privileges: row["hasacl"] === "t" ? (privileges ?? []).map(privilegeOf) : null,
    settings: (settings ?? []).map(({ role = null, setting }) => ({ role, setting: setting ?? "" })),
    labels: (labels ?? []).map(({ provider, label }) => ({ provider: provider ?? "", label: label ?? "" })),
  };
}

function ownFacts(major: number, where: string): string {
  const locale = major >= 17 ? "d.datlocale" : major >= 15 ? "d.daticulocale" : "NULL";
  return `
    SELECT d.oid, d.datname AS name, pg_catalog.pg_get_userbyid(d.datdba) AS owner,
      pg_catalog.pg_encoding_to_char(d.encoding) AS encoding, d.datcollate AS collate, d.datctype AS ctype,
      ${major >= 15 ? "d.datlocprovider" : "'c'"} AS provider, ${locale} AS locale, ${major >= 16 ? "d.daticurules" : "NULL"} AS rules,
      t.spcname AS tablespace, d.datistemplate AS template, d.datallowconn AS connections, d.datconnlimit AS connlimit,
      pg_catalog.shobj_description(d.oid, 'pg_database') AS comment, d.datacl IS NOT NULL AS hasacl
    FROM pg_catalog.pg_database d JOIN pg_catalog.pg_tablespace t ON t.oid = d.dattablespace
    WHERE ${where}`;
}

function ownOf(row: TextRow): Omit<DatabaseFacts, "privileges" | "settings" | "labels"> {
  const text = (name: string) => row[name] ?? "";
  return {
    oid: text("oid"),
    name: text("name"),
    owner: text("owner"),
    encoding: text("encoding"),
    collate: text("collate"),
    ctype: text("ctype"),
    provider: text("provider"),
    locale: row["locale"] ?? null,
    icuRules: row["rules"] ?? null,
    tablespace: text("tablespace"),
    isTemplate: row["template"] === "t",
    allowsConnections: row["connections"] === "t",
    connectionLimit: Number(text("connlimit")),
    comment: row["comment"] ?? null,
  };
}

function privilegesOf(where: string): string {
  return `
    SELECT pg_catalog.pg_get_userbyid(a.grantor) AS grantor,
      CASE WHEN a.grantee = 0 THEN '' ELSE pg_catalog.pg_get_userbyid(a.grantee) END AS grantee, a.privilege_type AS privilege, a.is_grantable AS grantable
    FROM pg_catalog.pg_database d, pg_catalog.aclexplode(d.datacl) WITH ORDINALITY AS a (grantor, grantee, privilege_type, is_grantable, place)
    WHERE ${where} ORDER BY a.place`;
}

function privilegeOf(row: TextRow): DatabasePrivilege {
  const { grantor, grantee, privilege, grantable } = row;
  return { grantor: grantor ?? "", grantee: grantee ?? "", privilege: privilege ?? "", grantable: grantable === "t" };
}

function settingsOf(where: string): string {
  return `
    SELECT CASE WHEN s.setrole <> 0 THEN pg_catalog.pg_get_userbyid(s.setrole) END AS role, c.setting
    FROM pg_catalog.pg_database d JOIN pg_catalog.pg_db_role_setting s ON s.setdatabase = d.oid,
      pg_catalog.unnest(s.setconfig) WITH ORDINALITY AS c (setting, place)
    WHERE ${where} ORDER BY s.setrole, c.place`;
}

function labelsOf(where: string): string {
  return `
    SELECT l.provider, l.label
    FROM pg_catalog.pg_database d JOIN pg_catalog.pg_shseclabel l ON l.objoid = d.oid
    WHERE l.classoid = 'pg_catalog.pg_database'::pg_catalog.regclass AND ${where} ORDER BY l.provider`;
}
