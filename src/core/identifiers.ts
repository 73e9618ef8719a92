/**
 * Quoting of identifiers as pg_dump writes them. A word is quoted when it is a keyword of any category but "unreserved"; the list
 * depends on the major version (`SELECT word FROM pg_get_keywords() WHERE catcode <> 'U'`).
 */
const KEYWORDS_13 =
  "all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast char character check coalesce collate collation column concurrently constraint create cross current_catalog current_date current_role current_schema current_time current_timestamp current_user dec decimal default deferrable desc distinct do else end except exists extract false fetch float for foreign freeze from full grant greatest group grouping having ilike in initially inner inout int integer intersect interval into is isnull join lateral leading least left like limit localtime localtimestamp national natural nchar none normalize not notnull null nullif numeric offset on only or order out outer overlaps overlay placing position precision primary real references returning right row select session_user setof similar smallint some substring symmetric table tablesample then time timestamp to trailing treat trim true union unique user using values varchar variadic verbose when where window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable";
const KEYWORDS_16 = "json_array json_arrayagg json_object json_objectagg system_user";
const KEYWORDS_17 = "json json_exists json_query json_scalar json_serialize json_table json_value merge_action";

export interface IdentifierQuoting {
  /** Major version whose keyword list decides. */
  readonly major: number;
  /** --quote-all-identifiers */
  readonly quoteAll: boolean;
}

/** Quotes names for one target version. Shape: `quote("order")` is `"order"` with its double quotes, `quote("a")` is `a`. */
export type QuoteIdentifier = (name: string) => string;

export function identifierQuoter(quoting: IdentifierQuoting): QuoteIdentifier {
  if (quoting.quoteAll) return alwaysQuoted;
  const keywords = new Set(KEYWORDS_13.split(" "));
  if (quoting.major >= 16) for (const word of KEYWORDS_16.split(" ")) keywords.add(word);
  if (quoting.major >= 17) for (const word of KEYWORDS_17.split(" ")) keywords.add(word);
  const longest = Math.max(...[...keywords].map(({ length }) => length));
  // A schema's names are many, and asked for a few times each: looking is cheaper than remembering.
  return (name) => (isPlainWord(name) && !(name.length <= longest && keywords.has(name)) ? name : alwaysQuoted(name));
}

/** Lower-case letters, digits and underscores, no digit first. */
function isPlainWord(name: string): boolean {
  for (let at = 0; at < name.length; at++) {
    const unit = name.charCodeAt(at);
    const isLetter = (unit >= 0x61 && unit <= 0x7a) || unit === 0x5f;
    if (!isLetter && (unit < 0x30 || unit > 0x39 || at === 0)) return false;
  }
  return name !== "";
}

/** For statements that we send ourselves, where only correctness counts. */
export function alwaysQuoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** `"schema"."name"`, always quoted. */
export function alwaysQualified(schema: string, name: string): string {
  return `${alwaysQuoted(schema)}.${alwaysQuoted(name)}`;
}
