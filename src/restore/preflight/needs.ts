import { type Entry } from "../../archive/entry.ts";
import type { SelectedEntry } from "../selection.ts";

/** What entries need of the server that they are restored on. */
export interface Needs {
  readonly extensions: readonly string[];
  /** Roles that own something. */
  readonly owners: readonly string[];
  /** Roles that are granted something, are named by a policy, a user mapping or default privileges. */
  readonly grantees: readonly string[];
  readonly tablespaces: readonly string[];
  /** Of pg_catalog, by name. */
  readonly collations: readonly string[];
  /** Kinds that only a superuser may make. */
  readonly superuserKinds: readonly string[];
  readonly schemas: readonly string[];
  readonly relations: readonly { readonly schema: string; readonly name: string; readonly kind: string }[];
  /** About how many locks the transaction takes for what it makes. */
  readonly locks: number;
}

export interface NeedsOptions {
  readonly noOwner?: boolean | undefined;
  readonly noPrivileges?: boolean | undefined;
  readonly noTablespaces?: boolean | undefined;
}

const NAME = `"(?:[^"]|"")+"|[^\\s",;()]+`;
const GRANTEE = new RegExp(` (?:TO|FROM) (${NAME})(?: WITH GRANT OPTION)?(?: GRANTED BY (${NAME}))?;$`, "gm");
const FOR_ROLE = new RegExp(`^ALTER DEFAULT PRIVILEGES FOR ROLE (${NAME}) `, "gm");
const POLICY_ROLES = new RegExp(` TO ((?:${NAME})(?:, (?:${NAME}))*)(?= USING | WITH CHECK |;)`);
const COLLATE = new RegExp(`COLLATE pg_catalog\\.(${NAME})`, "g");

/** What CREATE asks a superuser for, whoever owns the database. */
const SUPERUSER_KINDS: ReadonlySet<string> = new Set([
  "ACCESS METHOD",
  "EVENT TRIGGER",
  "FOREIGN DATA WRAPPER",
  "OPERATOR CLASS",
  "OPERATOR FAMILY",
  "PROCEDURAL LANGUAGE",
  "TEXT SEARCH PARSER",
  "TEXT SEARCH TEMPLATE",
]);

const RELATION_KINDS: ReadonlySet<string> = new Set(["TABLE", "VIEW", "MATERIALIZED VIEW", "FOREIGN TABLE", "SEQUENCE"]);

/** A table has a TOAST table with an index of its own. */
const LOCKS_OF_KIND: Readonly<Record<string, number>> = {
  TABLE: 3,
  "MATERIALIZED VIEW": 3,
  COMMENT: 0,
  "DEFAULT ACL": 0,
  "SEQUENCE SET": 0,
};

export function needsOf(selected: readonly SelectedEntry[], options: NeedsOptions): Needs {
  const entries = selected.filter(({ definition }) => definition).map(({ entry }) => entry);
  const named = (kind: string) => entries.filter((entry) => entry.kind === kind).map(({ tag }) => tag);
  const owners = options.noOwner === true ? [] : entries.map(({ owner }) => owner).filter((owner) => owner !== "");
  const tablespaces = options.noTablespaces === true ? [] : entries.map(({ tablespace }) => tablespace ?? "").filter((name) => name !== "");
  return {
    extensions: named("EXTENSION"),
    owners: distinct(owners),
    grantees: distinct(entries.flatMap((entry) => granteesOf(entry, options))),
    tablespaces: distinct(tablespaces),
    collations: distinct(entries.flatMap(({ create }) => [...create.matchAll(COLLATE)].map(([, name = ""]) => unquoted(name)))),
    superuserKinds: distinct(entries.filter(needsSuperuser).map(({ kind }) => kind)),
    schemas: entries.filter(({ kind, create }) => kind === "SCHEMA" && create.includes("CREATE SCHEMA")).map(({ tag }) => tag),
    relations: entries.flatMap(({ kind, schema, tag }) =>
      RELATION_KINDS.has(kind) && schema !== null ? [{ schema, name: tag, kind }] : [],
    ),
    locks: entries.reduce((sum, { kind }) => sum + (LOCKS_OF_KIND[kind] ?? 1), 0),
  };
}

function needsSuperuser({ kind, create }: Entry): boolean {
  if (SUPERUSER_KINDS.has(kind)) return true;
  if (kind === "FUNCTION" || kind === "PROCEDURE") return /\n {4}LANGUAGE (?:c|internal)\b/.test(create);
  return kind === "PUBLICATION" && create.includes("FOR ALL TABLES");
}

function granteesOf(entry: Entry, { noPrivileges }: NeedsOptions): string[] {
  const { kind, create, tag } = entry;
  if (kind === "POLICY") {
    const list = POLICY_ROLES.exec(create)?.[1] ?? "";
    return roles([...list.matchAll(new RegExp(NAME, "g"))].map(([name]) => name));
  }
  if (kind === "USER MAPPING") return roles([/^USER MAPPING (.*) SERVER /.exec(tag)?.[1] ?? "PUBLIC"].map(requote));
  if (noPrivileges === true || (kind !== "ACL" && kind !== "ACL LANGUAGE" && kind !== "DEFAULT ACL")) return [];
  const found = [...create.matchAll(GRANTEE)].flatMap(([, grantee, grantor]) => [grantee, grantor]);
  return roles([...found, ...[...create.matchAll(FOR_ROLE)].map(([, role]) => role)].filter((name) => name !== undefined));
}

/** The tag of a user mapping has the bare name. */
function requote(name: string): string {
  return name.toLowerCase() === "public" ? "PUBLIC" : `"${name.replaceAll('"', '""')}"`;
}

function roles(names: readonly string[]): string[] {
  const notRoles = new Set(["PUBLIC", "CURRENT_USER", "SESSION_USER", "CURRENT_ROLE"]);
  return names.filter((name) => !notRoles.has(name)).map(unquoted);
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
