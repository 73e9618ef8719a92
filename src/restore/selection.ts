import type { Entry, Section } from "../archive/entry.ts";
import { PgstowError } from "../core/errors.ts";

/** Which entries of an archive a restore wants; the same meaning as pg_restore's options of these names. */
export interface RestoreSelection {
  /** Exact names; only what lives in these schemas. */
  readonly schemas?: readonly string[];
  readonly excludeSchemas?: readonly string[];
  /** Exact names, bare or as `schema.name`; tables, views, sequences and their data, and nothing else. */
  readonly tables?: readonly string[];
  readonly sections?: readonly Exclude<Section, "none">[];
  readonly schemaOnly?: boolean;
  readonly dataOnly?: boolean;
  /** Restore the database's own entries as well (its properties, comment and privileges). */
  readonly create?: boolean;
  readonly noPrivileges?: boolean;
  readonly noComments?: boolean;
  readonly noSecurityLabels?: boolean;
  readonly noPublications?: boolean;
  readonly noSubscriptions?: boolean;
  readonly noPolicies?: boolean;
}

/** An entry that takes part, and which halves of it do. */
export interface SelectedEntry {
  readonly entry: Entry;
  /** Its create and drop SQL. */
  readonly definition: boolean;
  /** Its rows or large objects. */
  readonly data: boolean;
}

/** Kinds that --table speaks of. */
const relationKinds = new Set([
  "TABLE",
  "TABLE DATA",
  "VIEW",
  "FOREIGN TABLE",
  "MATERIALIZED VIEW",
  "MATERIALIZED VIEW DATA",
  "SEQUENCE",
  "SEQUENCE SET",
]);

/** Kinds that follow another entry: they have no section of their own, and come or stay away with it. */
const followerKinds = new Set(["ACL", "ACL LANGUAGE", "COMMENT", "SECURITY LABEL"]);

const largeObjectKinds = new Set(["BLOB", "BLOBS", "BLOB METADATA"]);

/**
 * Selects entries, in the order of the table of contents. Throws a PgstowError `usage` for options that exclude each other, and for a
 * schema or table that the archive does not hold: a typing error shall not pass for a restore of nothing.
 */
export function selectEntries(entries: readonly Entry[], selection: RestoreSelection): SelectedEntry[] {
  checkSelection(entries, selection);
  const kept = new Set<number>();
  const selected: SelectedEntry[] = [];
  let section: Section = "pre-data";
  for (const entry of entries) {
    if (entry.section !== "none") section = entry.section;
    if (!wantsKind(entry, selection) || !wantsSection(entry, section, selection)) continue;
    if (!wantsPlace(entry, kept, selection)) continue;
    const halves = wantedHalves(entry, selection);
    if (!halves.definition && !halves.data) continue;
    kept.add(entry.dumpId);
    selected.push({ entry, ...halves });
  }
  return selected;
}

function checkSelection(entries: readonly Entry[], selection: RestoreSelection): void {
  if (selection.dataOnly && selection.schemaOnly) {
    throw new PgstowError("usage", "options -s/--schema-only and -a/--data-only cannot be used together");
  }
  for (const schema of selection.schemas ?? []) {
    if (entries.some((entry) => entry.schema === schema || (entry.kind === "SCHEMA" && entry.tag === schema))) continue;
    throw new PgstowError("usage", `schema "${schema}" not found in the archive`, { hint: nearHint });
  }
  for (const table of selection.tables ?? []) {
    if (entries.some((entry) => relationKinds.has(entry.kind) && isNamed(entry, table))) continue;
    throw new PgstowError("usage", `table "${table}" not found in the archive`, { hint: nearHint });
  }
}

const nearHint = "Names are compared exactly, without patterns; `pgstow list` shows what the archive holds.";

function isNamed(entry: Entry, name: string): boolean {
  return entry.tag === name || (entry.schema !== null && `${entry.schema}.${entry.tag}` === name);
}

function wantsKind(entry: Entry, selection: RestoreSelection): boolean {
  const { kind, tag } = entry;
  if (kind === "DATABASE" || kind === "DATABASE PROPERTIES") return selection.create ?? false;
  if (selection.noPrivileges && (kind === "ACL" || kind === "ACL LANGUAGE" || kind === "DEFAULT ACL")) return false;
  if (selection.noComments && kind === "COMMENT") return false;
  if (selection.noSecurityLabels && kind === "SECURITY LABEL") return false;
  if (selection.noPolicies && (kind === "POLICY" || kind === "ROW SECURITY")) return false;
  if (selection.noPolicies && kind === "COMMENT" && tag.startsWith("POLICY ")) return false;
  if (selection.noPublications && (kind.startsWith("PUBLICATION") || followsKind(entry, "PUBLICATION"))) return false;
  if (selection.noSubscriptions && (kind === "SUBSCRIPTION" || followsKind(entry, "SUBSCRIPTION"))) return false;
  return true;
}

function followsKind(entry: Entry, kind: string): boolean {
  return followerKinds.has(entry.kind) && entry.tag.startsWith(`${kind} `);
}

/** What carries no section counts as part of the section that it stands in. The database's own entries stand outside. */
function wantsSection(entry: Entry, section: Section, selection: RestoreSelection): boolean {
  if (selection.sections === undefined || selection.sections.length === 0) return true;
  if (entry.kind === "DATABASE" || entry.kind === "DATABASE PROPERTIES") return true;
  return section === "none" || selection.sections.includes(section);
}

function wantsPlace(entry: Entry, kept: ReadonlySet<number>, selection: RestoreSelection): boolean {
  const schemas = selection.schemas ?? [];
  const excluded = selection.excludeSchemas ?? [];
  const tables = selection.tables ?? [];
  if (followerKinds.has(entry.kind)) {
    if (entry.tag.startsWith("DATABASE ")) return selection.create ?? false;
    if (schemas.length === 0 && excluded.length === 0 && tables.length === 0) return true;
    return entry.dependencies.some((id) => kept.has(id));
  }
  if (schemas.length > 0 && (entry.schema === null || !schemas.includes(entry.schema))) return false;
  if (entry.schema !== null && excluded.includes(entry.schema)) return false;
  if (tables.length === 0) return true;
  return relationKinds.has(entry.kind) && tables.some((name) => isNamed(entry, name));
}

function wantedHalves(entry: Entry, selection: RestoreSelection): { definition: boolean; data: boolean } {
  const { schemaOnly = false, dataOnly = false } = selection;
  if (entry.data !== "none") return { definition: false, data: !schemaOnly };
  if (entry.create === "") return { definition: false, data: false };
  if (isDataStatement(entry)) return { definition: !schemaOnly, data: false };
  return { definition: !dataOnly, data: false };
}

/** Statements that count as data: sequence values, large objects and what hangs on them. */
export function isDataStatement(entry: Entry): boolean {
  if (entry.kind === "SEQUENCE SET" || entry.kind === "STATISTICS DATA" || largeObjectKinds.has(entry.kind)) return true;
  return followsKind(entry, "LARGE OBJECT") || followsKind(entry, "LARGE OBJECTS");
}
