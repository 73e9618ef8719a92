/**
 * The value as a literal (`'`) or an identifier (`"`), as libpq quotes it: a literal with a backslash becomes an escape string. Bytes of
 * any encoding whose quotes are quotes.
 */
export function quoteValue(value: Buffer, as: "'" | '"'): Buffer | undefined {
  const text = value.toString("latin1");
  if (text.includes("\0")) return undefined;
  if (as === '"') return Buffer.from(`"${text.replaceAll('"', '""')}"`, "latin1");
  const quoted = text.replaceAll("'", "''");
  return Buffer.from(quoted.includes("\\") ? ` E'${quoted.replaceAll("\\", "\\\\")}'` : `'${quoted}'`, "latin1");
}
