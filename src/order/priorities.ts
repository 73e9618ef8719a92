import type { KindName } from "../objects/kind.ts";
import type { CatalogObject } from "../objects/object.ts";
import type { Type } from "../objects/type/type.ts";

/**
 * The order between kinds: all objects of one row before those of the next, as far as dependencies allow. Kinds in one row are mixed
 * by schema and name.
 */
const ROWS: readonly (readonly KindName[])[] = [
  ["database"],
  ["schema"],
  ["language"],
  ["collation"],
  ["transform"],
  ["extension"],
  ["type", "shell-type"],
  // Before functions on purpose: the function of a cast is pulled forward to it.
  ["cast"],
  ["function"],
  ["aggregate"],
  ["access-method"],
  ["operator"],
  ["operator-class", "operator-family"],
  ["conversion"],
  ["text-search-parser"],
  ["text-search-template"],
  ["text-search-dictionary"],
  ["text-search-configuration"],
  ["foreign-data-wrapper"],
  ["foreign-server"],
  ["relation"],
  ["partition-attachment"],
  // Row types, array types and multiranges are types too; see DUMMY_TYPE.
  ["column-default"],
  ["large-object"],
  ["pre-data-boundary"],
  ["table-data"],
  ["sequence-value"],
  ["large-object-group"],
  ["large-object-data"],
  ["relation-statistics"],
  ["post-data-boundary"],
  ["domain-constraint", "check-constraint", "not-null-constraint", "index-constraint"],
  ["index"],
  ["index-attachment"],
  ["extended-statistics"],
  ["rule"],
  ["trigger"],
  ["foreign-key"],
  ["policy", "row-security"],
  ["publication"],
  ["publication-table"],
  ["publication-schema"],
  ["subscription"],
  ["default-acl"],
  ["event-trigger"],
  ["materialized-view-data"],
];

const PRIORITIES = new Map<KindName, number>(ROWS.flatMap((row, at) => row.map((kind): [KindName, number] => [kind, at * 10])));

/** Lower comes first. Kinds of one row differ by less than a row: it is their last tie-break but one. */
export function priorityOf(kind: KindName): number {
  const priority = PRIORITIES.get(kind);
  if (priority === undefined) throw new Error(`no priority for ${kind}`);
  return priority;
}

/** Between partition attachments and defaults. */
const DUMMY_TYPE_PRIORITY = priorityOf("partition-attachment") + 5;

export function priorityOfObject(object: CatalogObject): number {
  return isDummyType(object) ? DUMMY_TYPE_PRIORITY : priorityOf(object.kind);
}

/** The type of a table's rows, of arrays, of a multirange: made with something else and never printed. */
export function isDummyType(object: CatalogObject): boolean {
  return object.kind === "type" && (object as Type).isDummy;
}

/** Place of a kind within its row. */
export function rankInRow(kind: KindName): number {
  const row = ROWS[priorityOf(kind) / 10] ?? [];
  // All constraints of tables and domains are one kind to the order, and so are policies and the mark that a table has them on.
  return kind.endsWith("-constraint") || kind === "policy" || kind === "row-security" ? 0 : row.indexOf(kind);
}
