import { PgstowError } from "../core/errors.ts";

/** A name pattern of -n, -t and the like, taken apart as psql does. Each part is a regular expression, anchored at both ends. */
export interface NamePattern {
  readonly database: string | null;
  readonly schema: string | null;
  readonly name: string;
}

/** What a pattern names decides what the parts before the last dot are. */
export type PatternKind = "relation" | "schema" | "other";

/** Names that a pattern may consist of: relations have a schema and a database, schemas a database. */
const PARTS_MAX: Readonly<Record<PatternKind, number>> = { relation: 3, schema: 2, other: 1 };

/**
 * psql's patterns: `*` and `?` match any characters and any one, a dot separates the schema, letters fold to lower case, double quotes
 * keep everything inside as it is. All else is a regular expression.
 */
export function parseNamePattern(pattern: string, kind: PatternKind): NamePattern {
  const parts = [""];
  const append = (text: string): void => {
    parts[parts.length - 1] = (parts.at(-1) ?? "") + text;
  };
  let quoted = false;
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern.charAt(at);
    if (char === '"') {
      if (quoted && pattern.charAt(at + 1) === '"') {
        append('"');
        at++;
      } else quoted = !quoted;
    } else if (quoted) append(/[|*+?()[\]{}.^$\\]/.test(char) ? `\\${char}` : char);
    else if (char === "*") append(".*");
    else if (char === "?") append(".");
    else if (char === "$") append("\\$");
    else if (char === "." && parts.length < 4) parts.push("");
    else append(char.toLowerCase());
  }
  if (parts.length > PARTS_MAX[kind]) {
    throw new PgstowError("usage", `improper ${kind === "relation" ? "relation" : "qualified"} name (too many dotted names): ${pattern}`);
  }
  const anchored = (part: string | undefined): string | null => (part === undefined || part === "" ? null : `^(${part})$`);
  const name = anchored(parts.at(-1)) ?? "^(.*)$";
  return kind === "relation"
    ? { database: anchored(parts.at(-3)), schema: anchored(parts.at(-2)), name }
    : { database: anchored(parts.at(-2)), schema: null, name };
}
