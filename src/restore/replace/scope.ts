import type { ArchiveReader } from "../../archive/archive.ts";
import { PgstowError } from "../../core/errors.ts";

/** What an archive can take the place of. */
export interface ReplaceScope {
  /** The schemas that the archive holds; undefined for the whole database. */
  readonly schemas: readonly string[] | undefined;
  /** Options of the dump that left out what a replacing restore does not bring back, as flags. */
  readonly leftOut: readonly string[];
}

/** A dump of parts of schemas, or of definitions without rows, cannot stand for what is there. */
const PARTIAL = [
  "tables",
  "tables-and-children",
  "exclude-tables",
  "exclude-tables-and-children",
  "extensions",
  "schema-only",
  "data-only",
  "sections",
];

const BY_SCHEMA = ["schemas", "exclude-schemas"];

const LEAVES_OUT = [
  "exclude-table-data",
  "exclude-table-data-and-children",
  "exclude-extensions",
  "no-unlogged-table-data",
  "no-publications",
  "no-subscriptions",
  "no-policies",
  "no-comments",
  "no-security-labels",
  "no-privileges",
  "no-owner",
];

/** Throws a PgstowError `usage` for an archive that cannot take the place of a database or of whole schemas. */
export function scopeOf(archive: Pick<ArchiveReader, "metadata" | "entries">): ReplaceScope {
  const { options } = archive.metadata;
  const has = (name: string) => options[name] !== undefined && options[name] !== false;
  const partial = PARTIAL.filter(has);
  if (partial.length > 0) {
    throw new PgstowError("usage", `this backup was made with --${partial.join(" and --")}: it cannot replace what a database holds`, {
      hint: "Restore it into a new database with --into NAME.",
    });
  }
  const leftOut = [...LEAVES_OUT.filter(has), ...(options["large-objects"] === false ? ["no-large-objects"] : [])];
  if (!BY_SCHEMA.some(has)) return { schemas: undefined, leftOut };
  const schemas = archive.entries.flatMap(({ kind, schema, tag }) => (kind === "SCHEMA" ? [tag] : schema === null ? [] : [schema]));
  return { schemas: [...new Set(schemas)].sort(), leftOut };
}
