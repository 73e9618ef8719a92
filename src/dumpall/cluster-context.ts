import type { QuoteIdentifier } from "../core/identifiers.ts";
import { identifierQuoter } from "../core/identifiers.ts";
import { quoteLiteralPortably } from "../core/literals.ts";
import type { CatalogSession } from "../postgres/catalog-session.ts";
import type { DumpAllOptions } from "./options.ts";

/** What every part of the script needs to know. */
export interface ClusterContext {
  readonly session: CatalogSession;
  readonly options: DumpAllOptions;
  readonly major: number;
  readonly q: QuoteIdentifier;
}

export function clusterContext(session: CatalogSession, options: DumpAllOptions): ClusterContext {
  const { major } = session;
  return { session, options, major, q: identifierQuoter({ major, quoteAll: options.quoteAllIdentifiers ?? false }) };
}

/** A comment with a name in it is one line, whatever the name. */
export function heading(text: string): string {
  return `--\n-- ${text.replaceAll(/[\r\n]/g, " ")}\n--\n\n`;
}

/** `COMMENT ON ROLE x IS ...`; "" for none, and with --no-comments. */
export function renderComment({ options }: ClusterContext, target: string, comment: string | null): string {
  return comment === null || options.noComments === true ? "" : `COMMENT ON ${target} IS ${quoteLiteralPortably(comment)};\n`;
}

/** A label of an object that all databases share. */
export interface LabelRow {
  readonly oid: number;
  readonly provider: string;
  readonly label: string;
}

/** Labels of all rows of a shared catalog. */
export function readLabels({ session, options }: ClusterContext, catalog: "pg_authid" | "pg_tablespace"): Promise<LabelRow[]> {
  if (options.noSecurityLabels === true) return Promise.resolve([]);
  return session.query<LabelRow>(`
    SELECT l.objoid AS oid, l.provider, l.label
    FROM pg_catalog.pg_shseclabel l
    WHERE l.classoid = 'pg_catalog.${catalog}'::pg_catalog.regclass
    ORDER BY l.objoid, l.provider`);
}

export function renderLabels({ q }: ClusterContext, target: string, labels: readonly LabelRow[], oid: number): string {
  return labels
    .filter((label) => label.oid === oid)
    .map(({ provider, label }) => `SECURITY LABEL FOR ${q(provider)} ON ${target} IS ${quoteLiteralPortably(label)};\n`)
    .join("");
}
