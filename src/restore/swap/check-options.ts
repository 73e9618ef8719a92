import type { Entry } from "../../archive/entry.ts";
import { PgstowError } from "../../core/errors.ts";
import type { RestoreOptions } from "../restore.ts";

/** Options that would make less of an archive than a whole database, or say how the target's own contents are dealt with. */
const EXCLUDED = [
  ...(["clean", "create", "ifExists", "dataOnly", "schemaOnly", "statisticsOnly", "noData", "noSchema"] as const),
  ...(["sections", "schemas", "excludeSchemas", "tables", "indexes", "functions", "triggers", "list", "prepareTarget"] as const),
] as const;

/** Throws a PgstowError `usage` for what a swap cannot be combined with. */
export function checkSwapOptions(options: RestoreOptions): void {
  const excluded = EXCLUDED.find((name) => isGiven(options[name]));
  if (excluded !== undefined) {
    throw new PgstowError("usage", `options swap and ${excluded} cannot be used together`, {
      hint: "A swap puts a new database with all of the archive in the target's place.",
    });
  }
  if (options.onError === "continue" || (options.transaction !== undefined && options.transaction !== "none")) {
    const name = options.onError === "continue" ? "onError" : "transaction";
    throw new PgstowError("usage", `options swap and ${name} cannot be used together: all of it or nothing is what a swap does`);
  }
}

/** Throws a PgstowError `usage` for an archive that has tables and no rows: in the target's place they would be all that is left of it. */
export function checkSwapArchive(entries: readonly Pick<Entry, "kind" | "data">[]): void {
  if (!entries.some(({ kind }) => kind === "TABLE") || entries.some(({ data }) => data !== "none")) return;
  throw new PgstowError("usage", "the archive holds no rows: a swap would put empty tables in the place of the target's", {
    hint: "Restore it into a new database, or dump again with the rows.",
  });
}

function isGiven(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
}
