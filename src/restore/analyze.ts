import type { Entry } from "../archive/entry.ts";
import type { DiagnosticSink } from "../core/diagnostics.ts";
import { PgstowError } from "../core/errors.ts";
import { alwaysQuoted } from "../core/identifiers.ts";
import type { SelectedEntry } from "./selection.ts";
import type { RestoreTarget } from "./target.ts";

const TABLES_PER_STATEMENT = 100;

/** Gathers statistics on every table and materialized view that was filled. What fails is a diagnostic: the rows are there. */
export async function analyzeTables(
  target: Pick<RestoreTarget, "query">,
  selected: readonly SelectedEntry[],
  options: { readonly onDiagnostic: DiagnosticSink },
): Promise<void> {
  const names = selected.filter(({ entry }) => isFilled(entry)).map(({ entry }) => nameOf(entry));
  for (let at = 0; at < names.length; at += TABLES_PER_STATEMENT) {
    try {
      await target.query(`ANALYZE ${names.slice(at, at + TABLES_PER_STATEMENT).join(", ")};`);
    } catch (error) {
      if (!(error instanceof PgstowError) || error.code !== "server") throw error;
      options.onDiagnostic({ severity: "warning", code: "analyze-failed", message: `could not gather statistics: ${error.message}` });
    }
  }
}

function isFilled({ kind, data }: Entry): boolean {
  return data === "rows" || data === "statements" || kind === "MATERIALIZED VIEW DATA";
}

function nameOf({ schema, tag }: Entry): string {
  return [schema, tag]
    .filter((part) => part !== null)
    .map(alwaysQuoted)
    .join(".");
}
