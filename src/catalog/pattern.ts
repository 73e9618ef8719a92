import { PgstowError } from "../core/errors.ts";

/** A name pattern of -n, -t and the like, taken apart as psql does. Each part is a regular expression, anchored at both ends. */
export interface NamePattern {
  readonly database: string | null;
  readonly schema: string | null;
  readonly name: string;
}

/**
 * psql's patterns: `*` and `?` match any characters and any one, a dot separates the schema, letters fold to lower case, double quotes
 * keep everything inside as it is. All else is a regular expression.
 */
export function parseNamePattern(pattern: string, partsMax: 1 | 2 | 3): NamePattern {
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
  if (parts.length > partsMax) {
    throw new PgstowError("usage", `improper qualified name (too many dotted names): ${pattern}`);
  }
  const anchored = (part: string | undefined): string | null => (part === undefined || part === "" ? null : `^(${part})$`);
  const name = anchored(parts.at(-1)) ?? "^(.*)$";
  return { database: anchored(parts.at(-3)), schema: anchored(parts.at(-2)), name };
}
