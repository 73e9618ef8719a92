/** A string constant as pg_dump writes it: quotes doubled; backslashes doubled too when standard_conforming_strings is off. */
export function quoteLiteral(text: string, standardConformingStrings = true): string {
  const quoted = text.replaceAll("'", "''");
  return standardConformingStrings ? `'${quoted}'` : `'${quoted.replaceAll("\\", "\\\\")}'`;
}

/** A string constant that means the same under either setting: the E'' form when there is a backslash, the plain form otherwise. */
export function quoteLiteralPortably(text: string): string {
  return text.includes("\\") ? `E'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'` : `'${text.replaceAll("'", "''")}'`;
}

/**
 * A dollar-quoted constant with pg_dump's choice of delimiter: `$` grows by the next character of `_XXXXXXX` for as long as the body
 * contains it; then it is closed. A prefix, when given, starts the tag.
 */
export function dollarQuote(body: string, prefix = ""): string {
  const suffixes = "_XXXXXXX";
  let open = `$${prefix}`;
  for (let next = 0; body.includes(open); next = (next + 1) % suffixes.length) {
    open += suffixes.charAt(next);
  }
  return `${open}$${body}${open}$`;
}
