import type { Entry } from "../archive/entry.ts";
import type { CatalogObject } from "../objects/object.ts";
import type { EntryDraft } from "./entries.ts";

/** What a kept entry's object is known by. */
function idsOfDefinitions(drafts: readonly EntryDraft[]): Map<CatalogObject, number> {
  return new Map(drafts.filter((draft) => draft.isDefinition).map((draft) => [draft.object, draft.object.dumpId]));
}

function isBoundary(object: CatalogObject): boolean {
  return object.loopRole === "pre-data-boundary" || object.loopRole === "post-data-boundary";
}

/** Longer lists, as many ways through hidden objects make them, are recorded without repetition. */
const REPEATED_MAX = 10_000;

/**
 * Objects without entry are replaced by what they need themselves, each time that they are needed, as pg_dump does; boundaries lead
 * nowhere. `behind` remembers what each hidden object stands for.
 */
function idsOf(
  object: CatalogObject,
  kept: ReadonlyMap<CatalogObject, number>,
  behind: Map<CatalogObject, readonly number[]>,
): readonly number[] {
  const ids: number[] = [];
  for (const dependency of object.dependencies) {
    const id = kept.get(dependency);
    if (id !== undefined) ids.push(id);
    else if (!isBoundary(dependency)) ids.push(...idsBehind(dependency, kept, behind));
  }
  return ids.length > REPEATED_MAX ? [...new Set(ids)] : ids;
}

function idsBehind(
  hidden: CatalogObject,
  kept: ReadonlyMap<CatalogObject, number>,
  behind: Map<CatalogObject, readonly number[]>,
): readonly number[] {
  const known = behind.get(hidden);
  if (known !== undefined) return known;
  // No loop is left after sorting, but for those that were only warned of.
  behind.set(hidden, []);
  const ids = idsOf(hidden, kept, behind);
  behind.set(hidden, ids);
  return ids;
}

/**
 * Gives drafts their ids and dependencies. Definitions have their object's number; what follows them gets numbers after the last
 * object's, in order.
 */
export function numberEntries(drafts: readonly EntryDraft[], firstFreeId: number): Entry[] {
  const kept = idsOfDefinitions(drafts);
  const behind = new Map<CatalogObject, readonly number[]>();
  let nextId = firstFreeId;
  const aclIds = new Map<CatalogObject, number>();
  return drafts.map((draft) => {
    const dumpId = draft.isDefinition ? draft.object.dumpId : nextId++;
    const dependencies = draft.dependencies?.map((object) => object.dumpId) ?? idsOf(draft.object, kept, behind);
    if (draft.entry.kind !== "ACL") return { dumpId, dependencies, ...draft.entry };
    // Privileges of columns come after those of their table; only relations have several entries.
    const ofTable = aclIds.get(draft.object);
    if (!draft.entry.tag.startsWith("COLUMN ")) aclIds.set(draft.object, dumpId);
    return { dumpId, dependencies: ofTable === undefined ? dependencies : [...dependencies, ofTable], ...draft.entry };
  });
}
