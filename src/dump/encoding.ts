import { PgstowError } from "../core/errors.ts";
import { quoteLiteralPortably } from "../core/literals.ts";
import { isSpokenAsBytes } from "../core/text-bytes.ts";
import type { CatalogSession } from "../postgres/catalog-session.ts";
import type { DumpOptions } from "./options.ts";

/** Options with names or patterns of the database's objects. */
export const NAMING = [
  "schemas",
  "excludeSchemas",
  "tables",
  "tablesAndChildren",
  "excludeTables",
  "excludeTablesAndChildren",
  "excludeTableData",
  "excludeTableDataAndChildren",
  "extensions",
  "excludeExtensions",
  "includeForeignData",
] as const satisfies readonly (keyof DumpOptions)[];

/** What is known once the encoding is: its name, and names from outside as they are from then on. */
export interface EncodedNames {
  /** As PostgreSQL spells it. */
  readonly encoding: string;
  readonly database: string;
  readonly options: DumpOptions;
}

/**
 * Makes the session speak the archive's encoding: the wanted one, or the database's own. Where that is not UTF8, all text is bytes from
 * then on, and so are the names in the options. Throws a PgstowError `usage` for an encoding that the server does not know.
 */
export async function speakEncoding(
  session: CatalogSession,
  wanted: string | undefined,
  database: string,
  options: DumpOptions,
): Promise<EncodedNames> {
  const name = wanted ?? session.parameters.get("server_encoding") ?? "UTF8";
  if (isUtf8(name)) return { encoding: "UTF8", database, options };
  const texts = [...new Set([database, options.superuser ?? "", ...NAMING.flatMap((option) => options[option] ?? [])])];
  const encoded = await encodeNames(session, texts, name);
  const encoding = await session.speak(name).catch((error: unknown) => {
    throw isUnknownEncoding(error) ? unknownEncoding(name, error) : error;
  });
  if (!isSpokenAsBytes(encoding)) return { encoding, database, options };
  const bytesOf = (text: string): string => encoded.get(text) ?? text;
  const named = NAMING.map((option) => [option, options[option]?.map(bytesOf)] as const);
  const superuser = options.superuser === undefined ? {} : { superuser: bytesOf(options.superuser) };
  return { encoding, database: bytesOf(database), options: { ...options, ...Object.fromEntries(named), ...superuser, encoding } };
}

function isUtf8(name: string): boolean {
  return /^(utf-?8|unicode)$/i.test(name.replaceAll("_", ""));
}

/** The server converts what is not ASCII: it knows every encoding, and is asked in UTF8 while that still holds. */
async function encodeNames(session: CatalogSession, texts: readonly string[], encoding: string): Promise<Map<string, string>> {
  const foreign = texts.filter((text) => !/^[\0-\x7f]*$/.test(text));
  const answers = await Promise.all(
    foreign.map((text) => {
      const conversion = `pg_catalog.convert_to(${quoteLiteralPortably(text)}, ${quoteLiteralPortably(encoding)})`;
      return session.query<{ readonly hex: string }>(`SELECT pg_catalog.encode(${conversion}, 'hex') AS hex`);
    }),
  ).catch((error: unknown) => {
    throw isUnknownEncoding(error) ? unknownEncoding(encoding, error) : error;
  });
  return new Map(foreign.map((text, at) => [text, Buffer.from(answers[at]?.[0]?.hex ?? "", "hex").toString("latin1")]));
}

/** Whatever the server has against the name: that it is no encoding's, or that nothing converts to it. Not so a character without a place. */
function isUnknownEncoding(error: unknown): boolean {
  return error instanceof PgstowError && error.code === "server" && error.context.sqlstate !== UNTRANSLATABLE_CHARACTER;
}

const UNTRANSLATABLE_CHARACTER = "22P05";

function unknownEncoding(encoding: string, cause: unknown): PgstowError {
  return new PgstowError("usage", `invalid client encoding "${encoding}" specified`, { cause });
}
