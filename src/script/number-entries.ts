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

/** Objects without entry are replaced by what they need themselves; boundaries lead nowhere. */
function idsOf(object: CatalogObject, kept: ReadonlyMap<CatalogObject, number>): number[] {
  const ids: number[] = [];
  const visited = new Set<CatalogObject>();
  const walk = (from: CatalogObject): void => {
    for (const dependency of from.dependencies) {
      const id = kept.get(dependency);
      if (id !== undefined) ids.push(id);
      else if (!isBoundary(dependency) && !visited.has(dependency)) {
        visited.add(dependency);
        walk(dependency);
      }
    }
  };
  walk(object);
  return ids;
}

/**
 * Gives drafts their ids and dependencies. Definitions have their object's number; what follows them gets numbers after the last
 * object's, in order.
 */
export function numberEntries(drafts: readonly EntryDraft[], firstFreeId: number): Entry[] {
  const kept = idsOfDefinitions(drafts);
  let nextId = firstFreeId;
  return drafts.map((draft) => ({
    dumpId: draft.isDefinition ? draft.object.dumpId : nextId++,
    dependencies: draft.dependencies === null ? idsOf(draft.object, kept) : draft.dependencies.map((object) => object.dumpId),
    ...draft.entry,
  }));
}
