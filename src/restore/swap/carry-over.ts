import { alwaysQuoted as quoted } from "../../core/identifiers.ts";
import { quoteLiteralPortably } from "../../core/literals.ts";
import { renderSetting } from "../../core/setting-text.ts";
import type { DatabaseFacts, DatabasePrivilege } from "./database-facts.ts";

const PROVIDERS: Readonly<Record<string, string>> = { c: "libc", i: "icu", b: "builtin" };

/** Makes an empty database as `facts` say, under another name. */
export function createLike(facts: DatabaseFacts, name: string, major: number): string {
  const literal = quoteLiteralPortably;
  const { provider, locale, icuRules } = facts;
  const options = [
    "TEMPLATE = template0",
    `OWNER = ${quoted(facts.owner)}`,
    `ENCODING = ${literal(facts.encoding)}`,
    ...(major >= 15 ? [`LOCALE_PROVIDER = ${PROVIDERS[provider] ?? provider}`] : []),
    `LC_COLLATE = ${literal(facts.collate)}`,
    `LC_CTYPE = ${literal(facts.ctype)}`,
    ...(locale === null ? [] : [`${provider === "b" ? "BUILTIN" : "ICU"}_LOCALE = ${literal(locale)}`]),
    ...(icuRules === null ? [] : [`ICU_RULES = ${literal(icuRules)}`]),
    // Where it would be anyway it may be made by everybody; naming it takes a privilege.
    ...(facts.tablespace === "pg_default" ? [] : [`TABLESPACE = ${quoted(facts.tablespace)}`]),
  ];
  return `CREATE DATABASE ${quoted(name)} WITH ${options.join(" ")}`;
}

/** Settings of `facts` for the database of that name, in place of those in `before`. */
export function settingsLike(facts: DatabaseFacts, name: string, before: DatabaseFacts["settings"] = []): string[] {
  const subject = (role: string | null) =>
    role === null ? `DATABASE ${quoted(name)}` : `ROLE ${quoted(role)} IN DATABASE ${quoted(name)}`;
  const gone = new Set(before.map(({ role }) => `ALTER ${subject(role)} RESET ALL`));
  const sets = facts.settings.map(({ role, setting }) => {
    const statement = renderSetting(setting, { q: quoted, literal: quoteLiteralPortably });
    return statement === null ? "" : `ALTER ${subject(role)} ${statement}`;
  });
  return [...gone, ...sets.filter((statement) => statement !== "")];
}

/** Everything else that lies upon a database: comment, labels, privileges, and who may connect. `role` is whom the session is to be again. */
export function attributesLike(facts: DatabaseFacts, name: string, role: string | undefined): string[] {
  const database = `DATABASE ${quoted(name)}`;
  const { comment, labels, privileges, connectionLimit, isTemplate, allowsConnections } = facts;
  return [
    `COMMENT ON ${database} IS ${comment === null ? "NULL" : quoteLiteralPortably(comment)}`,
    ...labels.map(({ provider, label }) => `SECURITY LABEL FOR ${quoted(provider)} ON ${database} IS ${quoteLiteralPortably(label)}`),
    ...(privileges === null ? [] : privilegesLike(privileges, facts.owner, database, role)),
    `ALTER ${database} WITH CONNECTION LIMIT ${Math.max(-1, connectionLimit).toString()} IS_TEMPLATE ${isTemplate} ALLOW_CONNECTIONS ${allowsConnections}`,
  ];
}

function privilegesLike(privileges: readonly DatabasePrivilege[], owner: string, database: string, role: string | undefined): string[] {
  const again = role === undefined ? "RESET ROLE" : `SET LOCAL ROLE ${quoted(role)}`;
  const grants = privileges.flatMap(({ grantor, grantee, privilege, grantable }) => {
    const to = grantee === "" ? "PUBLIC" : quoted(grantee);
    const grant = `GRANT ${privilege} ON ${database} TO ${to}${grantable ? " WITH GRANT OPTION" : ""}`;
    return grantor === owner ? [grant] : [`SET LOCAL ROLE ${quoted(grantor)}`, grant, again];
  });
  return [`REVOKE ALL ON ${database} FROM PUBLIC`, `REVOKE ALL ON ${database} FROM ${quoted(owner)}`, ...grants];
}
