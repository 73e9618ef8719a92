import type { Description, RenderContext } from "../kind.ts";
import type { CatalogObject } from "../object.ts";
import { standardParts } from "../parts.ts";

export type TextSearchWord = "TEXT SEARCH PARSER" | "TEXT SEARCH TEMPLATE" | "TEXT SEARCH DICTIONARY" | "TEXT SEARCH CONFIGURATION";

/** The parenthesis of CREATE TEXT SEARCH. */
export function propertyList(properties: readonly string[]): string {
  return ` (\n    ${properties.join(",\n    ")} );\n`;
}

/** What the four kinds have in common. `body` is what follows the name in CREATE. */
export function describeTextSearch(
  object: CatalogObject,
  word: TextSearchWord,
  body: string,
  { q, qualified }: RenderContext,
): Description {
  const target = `${word} ${qualified(object)}`;
  return {
    definition: { kind: word, tag: object.name, section: "pre-data", create: `CREATE ${target}${body}`, drop: `DROP ${target};\n` },
    parts: standardParts(object, { target, tag: `${word} ${q(object.name)}` }),
  };
}
