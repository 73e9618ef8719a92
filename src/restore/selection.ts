import type { Entry, Section } from "../archive/entry.ts";
import { PgstowError } from "../core/errors.ts";
import { NameFilter } from "./names.ts";

/** Which entries of an archive a restore wants; the same meaning as pg_restore's options of these names. */
export interface RestoreSelection {
  /** Exact names; only what lives in these schemas. */
  readonly schemas?: readonly string[];
  readonly excludeSchemas?: readonly string[];
  /** Exact names, bare or as `schema.name`; tables, views, sequences and their data, and nothing else. */
  readonly tables?: readonly string[];
  /** Exact names of indexes. */
  readonly indexes?: readonly string[];
  /** Functions, procedures and aggregates as the table of contents spells them: `name(integer, text)`. */
  readonly functions?: readonly string[];
  /** Triggers as the table of contents spells them: `table trigger`. */
  readonly triggers?: readonly string[];
  /** A name that matches nothing is an error: a typing error shall not pass for a restore of nothing. On unless it is false. */
  readonly strictNames?: boolean;
  /** dumpIds of the only entries that are wanted, in the order in which they are wanted: a list file. */
  readonly list?: readonly number[];
  readonly sections?: readonly Exclude<Section, "none">[];
  readonly schemaOnly?: boolean;
  readonly dataOnly?: boolean;
  readonly statisticsOnly?: boolean;
  readonly noSchema?: boolean;
  readonly noData?: boolean;
  readonly noStatistics?: boolean;
  /** With statistics where another option leaves them out. */
  readonly statistics?: boolean;
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

/** Kinds that follow another entry: they have no section of their own, and come or stay away with it. */
const followerKinds = new Set(["ACL", "ACL LANGUAGE", "COMMENT", "SECURITY LABEL"]);

const largeObjectKinds = new Set(["BLOB", "BLOBS", "BLOB METADATA"]);

/** The classes of content that are wanted. */
interface Parts {
  readonly schema: boolean;
  readonly data: boolean;
  readonly statistics: boolean;
}

/**
 * Selects entries, in the order of the table of contents, or of the list file if there is one. Throws a PgstowError `usage` for options
 * that exclude each other, for a name that the archive does not hold, and for an id in the list that it does not hold.
 */
export function selectEntries(entries: readonly Entry[], selection: RestoreSelection): SelectedEntry[] {
  if (selection.dataOnly && selection.schemaOnly) {
    throw new PgstowError("usage", "options -s/--schema-only and -a/--data-only cannot be used together");
  }
  const names = new NameFilter(selection, new Map(entries.map((entry) => [entry.dumpId, entry])));
  const listed = selection.list === undefined ? undefined : new Set(selection.list);
  const parts = partsOf(selection);
  const kept = new Set<number>();
  const selected: SelectedEntry[] = [];
  let section: Section = "pre-data";
  for (const entry of inListOrder(entries, selection.list)) {
    if (entry.section !== "none") section = entry.section;
    if (!isWanted(entry, section, selection, listed)) continue;
    if (!wantsPlace(entry, kept, selection, names)) continue;
    const halves = wantedHalves(entry, parts);
    if (!halves.definition && !halves.data) continue;
    // What belongs to an object may hang on another entry that belongs to it; grants on columns hang on the table's grants.
    if (!entry.kind.startsWith("ACL")) kept.add(entry.dumpId);
    selected.push({ entry, ...halves });
  }
  if (selection.strictNames !== false) names.checkAllUsed();
  return selected;
}

/** Listed entries are moved to the end, in the order of the list; what only the options bring stays in front of them. */
function inListOrder(entries: readonly Entry[], list: readonly number[] | undefined): readonly Entry[] {
  if (list === undefined) return entries;
  const byId = new Map(entries.map((entry) => [entry.dumpId, entry]));
  const moved = new Map<number, Entry>();
  for (const id of list) {
    const entry = byId.get(id);
    if (entry !== undefined) moved.set(id, entry);
  }
  return [...entries.filter(({ dumpId }) => !moved.has(dumpId)), ...moved.values()];
}

function partsOf(selection: RestoreSelection): Parts {
  const { schemaOnly = false, dataOnly = false, statisticsOnly = false } = selection;
  const { noSchema = false, noData = false, noStatistics = false, statistics = false } = selection;
  return {
    schema: schemaOnly || (!noSchema && !dataOnly && !statisticsOnly),
    data: dataOnly || (!noData && !schemaOnly && !statisticsOnly),
    statistics: statisticsOnly || statistics || (!noStatistics && !schemaOnly && !dataOnly),
  };
}

function isWanted(entry: Entry, section: Section, selection: RestoreSelection, listed: ReadonlySet<number> | undefined): boolean {
  if (isDatabase(entry)) return selection.create ?? false;
  return wantsKind(entry, selection) && wantsSection(section, selection) && listed?.has(entry.dumpId) !== false;
}

/** How the database is made and set up: comes with --create, whatever else is asked for. */
function isDatabase({ kind }: Entry): boolean {
  return kind === "DATABASE" || kind === "DATABASE PROPERTIES";
}

function wantsKind(entry: Entry, selection: RestoreSelection): boolean {
  const { kind, tag } = entry;
  if (selection.noPrivileges && (kind === "ACL" || kind === "ACL LANGUAGE" || kind === "DEFAULT ACL")) return false;
  if (selection.noComments && kind === "COMMENT") return false;
  if (selection.noSecurityLabels && kind === "SECURITY LABEL") return false;
  if (selection.noPolicies && (kind === "POLICY" || kind === "ROW SECURITY")) return false;
  if (selection.noPolicies && kind === "COMMENT" && tag.startsWith("POLICY ")) return false;
  if (selection.noPublications && (kind.startsWith("PUBLICATION") || followsKind(entry, "PUBLICATION"))) return false;
  if (selection.noSubscriptions && (kind.startsWith("SUBSCRIPTION") || followsKind(entry, "SUBSCRIPTION"))) return false;
  return true;
}

function followsKind(entry: Entry, kind: string): boolean {
  return followerKinds.has(entry.kind) && entry.tag.startsWith(`${kind} `);
}

/** What carries no section counts as part of the section that it stands in. */
function wantsSection(section: Section, selection: RestoreSelection): boolean {
  if (selection.sections === undefined || selection.sections.length === 0) return true;
  return section === "none" || selection.sections.includes(section);
}

function wantsPlace(entry: Entry, kept: ReadonlySet<number>, selection: RestoreSelection, names: NameFilter): boolean {
  if (isDatabase(entry)) return true;
  if (followerKinds.has(entry.kind)) {
    if (entry.tag.startsWith("DATABASE ")) return selection.create ?? false;
    if (!names.choosesAnything) return true;
    return entry.dependencies.some((id) => kept.has(id));
  }
  return names.wants(entry);
}

function wantedHalves(entry: Entry, parts: Parts): { definition: boolean; data: boolean } {
  if (entry.kind === "STATISTICS DATA") return { definition: parts.statistics, data: false };
  if (entry.data !== "none") return { definition: false, data: parts.data };
  if (entry.create === "") return { definition: false, data: false };
  return { definition: isDataStatement(entry) ? parts.data : parts.schema || isDatabase(entry), data: false };
}

/** Statements that count as data: sequence values, large objects and what hangs on them. */
export function isDataStatement(entry: Entry): boolean {
  if (entry.kind === "SEQUENCE SET" || largeObjectKinds.has(entry.kind)) return true;
  return followsKind(entry, "LARGE OBJECT") || followsKind(entry, "LARGE OBJECTS");
}
