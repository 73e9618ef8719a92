import type { Entry } from "../entry.ts";
import { qualifiedName } from "./context.ts";
import type { ScriptContext } from "./context.ts";

/** `ALTER KIND schema.name OWNER TO ...` */
const OWNED_BY_NAME: ReadonlySet<string> = new Set([
  "COLLATION",
  "CONVERSION",
  "DATABASE",
  "DOMAIN",
  "EVENT TRIGGER",
  "FOREIGN DATA WRAPPER",
  "FOREIGN TABLE",
  "MATERIALIZED VIEW",
  "PROCEDURAL LANGUAGE",
  "PUBLICATION",
  "SCHEMA",
  "SEQUENCE",
  "SERVER",
  "STATISTICS",
  "SUBSCRIPTION",
  "TABLE",
  "TEXT SEARCH CONFIGURATION",
  "TEXT SEARCH DICTIONARY",
  "TYPE",
  "VIEW",
]);

/** Their names carry arguments or an access method, which only the drop text spells out. */
const OWNED_BY_SIGNATURE: ReadonlySet<string> = new Set([
  "AGGREGATE",
  "FUNCTION",
  "OPERATOR",
  "OPERATOR CLASS",
  "OPERATOR FAMILY",
  "PROCEDURE",
]);

const SAID_AS_TABLE_UNTIL_15: ReadonlySet<string> = new Set(["MATERIALIZED VIEW", "SEQUENCE", "VIEW"]);

/** The statements that give the entry to its owner, without line feeds; mostly one, none for what has no owner of its own. */
export function ownerStatements(context: ScriptContext, entry: Entry): string[] {
  // An object that is dropped with another one belongs to that one's owner anyway.
  if (entry.owner === "" || entry.drop === "" || context.options.noOwner) return [];
  if (context.options.useSetSessionAuthorization && !isCommentOnly(entry.create)) return [];
  const to = `OWNER TO ${context.quote(entry.owner)};`;
  return ownedThings(context, entry).map((thing) => `ALTER ${thing} ${to}`);
}

function ownedThings(context: ScriptContext, entry: Entry): string[] {
  const { kind } = entry;
  if (OWNED_BY_NAME.has(kind)) {
    const word = context.major <= 15 && SAID_AS_TABLE_UNTIL_15.has(kind) ? "TABLE" : kind;
    return [`${word} ${qualifiedName(context, entry.schema, entry.tag)}`];
  }
  if (OWNED_BY_SIGNATURE.has(kind)) {
    return [
      entry.drop
        .trimEnd()
        .replace(/^DROP /, "")
        .replace(/;$/, ""),
    ];
  }
  if (kind === "BLOB") return [`LARGE OBJECT ${entry.tag}`];
  if (kind === "BLOB METADATA") return largeObjectsOf(entry).map((oid) => `LARGE OBJECT ${oid}`);
  return [];
}

/** OIDs of the large objects that a BLOB METADATA entry creates, in its order. */
export function largeObjectsOf(entry: Pick<Entry, "create">): string[] {
  return Array.from(entry.create.matchAll(/^SELECT pg_catalog\.lo_create\('(\d+)'\);$/gm), (match) => match[1] ?? "");
}

/** Schema public is only spoken of: initdb has made it. */
export function isCommentOnly(text: string): boolean {
  return text.split("\n").every((line) => line === "" || line.startsWith("--"));
}
