import { identifierQuoter } from "../../core/identifiers.ts";
import type { QuoteIdentifier } from "../../core/identifiers.ts";
import type { ArchiveMetadata, ScriptOptions } from "../archive.ts";

/** What every part of a script needs to know. `major` is the pg_dump release that is imitated: the server's own. */
export interface ScriptContext {
  readonly metadata: ArchiveMetadata;
  readonly options: ScriptOptions;
  readonly major: number;
  readonly quote: QuoteIdentifier;
}

export function scriptContext(metadata: ArchiveMetadata, options: ScriptOptions): ScriptContext {
  const major = Math.floor(metadata.serverVersionNum / 10000);
  const quoteAll = metadata.options["quote-all-identifiers"] === true;
  return { metadata, options, major, quote: identifierQuoter({ major, quoteAll }) };
}

/** `schema.name`, or the bare name for what lives outside schemas; quoted when needed. */
export function qualifiedName(context: ScriptContext, schema: string | null, name: string): string {
  return schema === null ? context.quote(name) : `${context.quote(schema)}.${context.quote(name)}`;
}
