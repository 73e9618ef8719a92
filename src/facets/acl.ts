import { parseArrayOfText } from "../core/array-text.ts";
import type { QuoteIdentifier } from "../core/identifiers.ts";
import type { AclObjectType } from "../objects/kind.ts";

/** Privileges of one object as the catalogs hold them: items like `grantee=arw/grantor`. */
export interface AclFacet {
  /** null: never granted or revoked, the defaults apply. */
  readonly items: readonly string[] | null;
  /** What the owner's object starts with. */
  readonly defaults: readonly string[];
}

export interface AclRow {
  readonly acl: string | null;
  readonly acldefault: string | null;
}

/** SQL: the columns `acl` and `acldefault` of a query on a catalog; `letter` is acldefault()'s. */
export function aclColumns(acl: string, letter: string, owner: string): string {
  return `${acl} AS acl, pg_catalog.acldefault('${letter}', ${owner}) AS acldefault`;
}

/** The same for catalogs of many rows, most of which nobody ever granted anything on: their defaults are compared with nothing. */
export function grantedAclColumns(acl: string, letter: string, owner: string): string {
  return `${acl} AS acl, CASE WHEN ${acl} IS NOT NULL THEN pg_catalog.acldefault(${letter}, ${owner}) END AS acldefault`;
}

const NEVER_GRANTED: AclFacet = { items: null, defaults: [] };

export function readAcl(row: AclRow): AclFacet {
  if (row.acl === null && row.acldefault === null) return NEVER_GRANTED;
  return { items: row.acl === null ? null : parseArrayOfText(row.acl), defaults: parseArrayOfText(row.acldefault) };
}

interface Privilege {
  readonly letter: string;
  readonly word: string;
}

/** What has privileges: objects of a database, and what its server shares. */
type AclTarget = AclObjectType | "TABLESPACE" | "PARAMETER";

/** Privileges in the order in which they are printed. */
function privilegesOf(objectType: AclTarget | "COLUMN", major: number): readonly Privilege[] {
  const list = (text: string): Privilege[] =>
    text.split(" ").map((pair) => ({ letter: pair.charAt(0), word: pair.slice(2).replace("_", " ") }));
  switch (objectType) {
    case "TABLE":
      return list(`r=SELECT a=INSERT x=REFERENCES d=DELETE t=TRIGGER D=TRUNCATE ${major >= 17 ? "m=MAINTAIN " : ""}w=UPDATE`);
    case "COLUMN":
      return list("r=SELECT a=INSERT x=REFERENCES w=UPDATE");
    case "SEQUENCE":
      return list("r=SELECT U=USAGE w=UPDATE");
    case "FUNCTION":
    case "PROCEDURE":
      return list("X=EXECUTE");
    case "LANGUAGE":
    case "TYPE":
    case "FOREIGN DATA WRAPPER":
    case "FOREIGN SERVER":
      return list("U=USAGE");
    case "SCHEMA":
      return list("C=CREATE U=USAGE");
    case "DATABASE":
      return list("C=CREATE c=CONNECT T=TEMPORARY");
    case "LARGE OBJECT":
      return list("r=SELECT w=UPDATE");
    case "TABLESPACE":
      return list("C=CREATE");
    case "PARAMETER":
      return list("s=SET A=ALTER_SYSTEM");
  }
}

/** One item of an ACL, taken apart. */
interface AclItem {
  /** "" for PUBLIC. */
  readonly grantee: string;
  readonly grantor: string;
  readonly letters: string;
}

/** Reads `grantee=letters/grantor`; role names may be in double quotes. */
export function parseAclItem(item: string): AclItem {
  const role = (at: number): [string, number] => {
    let name = "";
    let quoted = false;
    for (; at < item.length; at++) {
      const char = item.charAt(at);
      if (char === '"') {
        if (quoted && item.charAt(at + 1) === '"') {
          name += '"';
          at++;
        } else quoted = !quoted;
      } else if (!quoted && (char === "=" || char === "/")) break;
      else name += char;
    }
    return [name, at];
  };
  const [grantee, equals] = role(0);
  const slash = item.indexOf("/", equals);
  const [grantor] = role(slash + 1);
  return { grantee, letters: item.slice(equals + 1, slash), grantor };
}

export interface AclStatement {
  readonly objectType: AclTarget;
  /** As GRANT names the object. */
  readonly name: string;
  /** Quoted column, for the privileges of one column. */
  readonly column?: string;
  readonly owner: string;
  readonly items: readonly string[];
  /** What the object has before: the defaults, or its initial privileges. */
  readonly baseline: readonly string[];
  readonly major: number;
  readonly q: QuoteIdentifier;
  /** `ALTER DEFAULT PRIVILEGES ... `, standing before GRANT and REVOKE; and ON's object is then a plural word. */
  readonly prefix?: string;
}

/** The GRANT and REVOKE statements that lead from the baseline to the items; "" when they are the same. */
export function renderAcl(statement: AclStatement): string {
  const { items, baseline, owner } = statement;
  const revoked = baseline.filter((item) => !items.includes(item));
  const granted = items.filter((item) => !baseline.includes(item)).map(parseAclItem);
  const isOwners = (item: AclItem): boolean => item.grantee === owner && item.grantor === owner;
  return [
    ...revoked.map((item) => renderRevoke(statement, parseAclItem(item))),
    ...granted.filter(isOwners).map((item) => renderGrant(statement, item)),
    ...granted.filter((item) => !isOwners(item)).map((item) => renderGrant(statement, item)),
  ].join("");
}

function renderRevoke(statement: AclStatement, item: AclItem): string {
  const words = privilegeWords(statement, item.letters.replaceAll("*", ""));
  return words === "" ? "" : `${statement.prefix ?? ""}REVOKE ${words} ON ${object(statement)} FROM ${grantee(statement, item)};\n`;
}

function renderGrant(statement: AclStatement, item: AclItem): string {
  const withOption = [...item.letters.matchAll(/(.)\*/g)].map((match) => match[1] ?? "").join("");
  const without = item.letters.replaceAll(/.\*/g, "");
  const grant = (letters: string, option: string): string => {
    const words = privilegeWords(statement, letters);
    return words === "" ? "" : `${statement.prefix ?? ""}GRANT ${words} ON ${object(statement)} TO ${grantee(statement, item)}${option};\n`;
  };
  const text = grant(without, "") + grant(withOption, " WITH GRANT OPTION");
  if (item.grantor === statement.owner || item.grantor === "" || statement.prefix !== undefined || text === "") return text;
  return `SET SESSION AUTHORIZATION ${statement.q(item.grantor)};\n${text}RESET SESSION AUTHORIZATION;\n`;
}

function object(statement: AclStatement): string {
  // Default privileges name a class of objects; programs before 16 leave the space of the missing name.
  if (statement.prefix !== undefined) return `${statement.name}${statement.major < 16 ? " " : ""}`;
  return `${statement.objectType} ${statement.name}`;
}

function grantee(statement: AclStatement, item: AclItem): string {
  return item.grantee === "" ? "PUBLIC" : statement.q(item.grantee);
}

/** `SELECT,INSERT`, or `ALL` when every privilege of the class is there; each with the column when there is one. */
function privilegeWords(statement: AclStatement, letters: string): string {
  const column = statement.column === undefined ? "" : `(${statement.column})`;
  const all = privilegesOf(statement.column === undefined ? statement.objectType : "COLUMN", statement.major);
  const held = all.filter((privilege) => letters.includes(privilege.letter));
  if (held.length === all.length) return `ALL${column}`;
  return held.map((privilege) => privilege.word + column).join(",");
}
