import type { Entry } from "../archive/entry.ts";
import type { CatalogObject } from "../objects/object.ts";
import type { EntryDraft } from "./entries.ts";

function isBoundary(object: CatalogObject): boolean {
  return object.loopRole === "pre-data-boundary" || object.loopRole === "post-data-boundary";
}

/** Longer lists, as many ways through hidden objects make them, are recorded without repetition. */
const REPEATED_MAX = 10_000;

/**
 * What entries depend on. Objects without entry are replaced by what they need themselves, each time that they are needed, as pg_dump
 * does; boundaries lead nowhere. Objects are known by their dumpId here, since looking them up is all that is done.
 */
class EntryDependencies {
  /** Whether an object has an entry of its own that is kept. */
  readonly #isKept: Uint8Array;
  /** What each hidden object stands for. */
  readonly #behind: (readonly number[] | undefined)[];

  constructor(drafts: readonly EntryDraft[], idsEnd: number) {
    this.#isKept = new Uint8Array(idsEnd);
    this.#behind = new Array<undefined>(idsEnd);
    for (const { isDefinition, object } of drafts) if (isDefinition) this.#isKept[object.dumpId] = 1;
  }

  of(object: CatalogObject): number[] {
    const ids: number[] = [];
    for (const dependency of object.dependencies) {
      const { dumpId } = dependency;
      if (this.#isKept[dumpId] === 1) ids.push(dumpId);
      else if (!isBoundary(dependency)) for (const id of this.#behind[dumpId] ?? this.#ofHidden(dependency)) ids.push(id);
    }
    return ids.length > REPEATED_MAX ? [...new Set(ids)] : ids;
  }

  #ofHidden(hidden: CatalogObject): readonly number[] {
    // No loop is left after sorting, but for those that were only warned of.
    this.#behind[hidden.dumpId] = [];
    return (this.#behind[hidden.dumpId] = this.of(hidden));
  }
}

export interface NumberOptions {
  /** The first number after those of the objects. */
  readonly firstFreeId: number;
  /** A script shows none of an entry's dependencies, unless it is verbose. */
  readonly dependenciesWanted: boolean;
}

/**
 * Gives drafts their ids and dependencies. Definitions have their object's number; what follows them gets numbers after the last
 * object's, in order.
 */
export function numberEntries(drafts: readonly EntryDraft[], { firstFreeId, dependenciesWanted }: NumberOptions): Entry[] {
  const needs = new EntryDependencies(drafts, firstFreeId);
  let nextId = firstFreeId;
  const aclIds = new Map<CatalogObject, number>();
  return drafts.map(({ object, isDefinition, dependencies, entry }) => {
    entry.dumpId = isDefinition ? object.dumpId : nextId++;
    if (dependenciesWanted) entry.dependencies = dependencies?.map(({ dumpId }) => dumpId) ?? needs.of(object);
    if (entry.kind !== "ACL") return entry;
    // Privileges of columns come after those of their table; only relations have several entries.
    const ofTable = aclIds.get(object);
    if (!entry.tag.startsWith("COLUMN ")) aclIds.set(object, entry.dumpId);
    if (ofTable !== undefined && dependenciesWanted) entry.dependencies = [...entry.dependencies, ofTable];
    return entry;
  });
}
