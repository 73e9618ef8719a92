import type { CatalogObject } from "../objects/object.ts";

/**
 * Finds dependency loops among the leftovers of a failed sort: rings in which each member needs the next and the last needs the
 * first. A round uses no object twice; the caller repairs, sorts again and repeats.
 */
export function findLoops(leftovers: readonly CatalogObject[]): CatalogObject[][] {
  const size = 1 + leftovers.reduce((largest, { dumpId }) => Math.max(largest, dumpId), 0);
  const byDumpId = new Array<CatalogObject | undefined>(size).fill(undefined);
  for (const object of leftovers) byDumpId[object.dumpId] = object;
  const search: Search = { done: new Uint8Array(size), visitedFrom: new Int32Array(size) };
  const rings: CatalogObject[][] = [];
  for (let dumpId = 1; dumpId < size; dumpId++) {
    const start = byDumpId[dumpId];
    if (start === undefined || search.done[dumpId] === 1) continue;
    const ring = findPathBack(start, search) ?? [];
    search.done[dumpId] = 1;
    for (const member of ring) search.done[member.dumpId] = 1;
    if (ring.length > 0) rings.push(ring);
  }
  return rings;
}

/** Marks by dumpId. Rounds and starts are many: a set for each would take most of the time. */
interface Search {
  readonly done: Uint8Array;
  /** The start from which the object was last visited: it is on the trail or led nowhere. */
  readonly visitedFrom: Int32Array;
}

interface Step {
  readonly object: CatalogObject;
  next: number;
}

/** Depth first, without recursion: a chain of dependencies can be long. */
function findPathBack(start: CatalogObject, { done, visitedFrom }: Search): CatalogObject[] | null {
  if (start.dependencies.includes(start)) return [start];
  const trail: Step[] = [{ object: start, next: 0 }];
  for (let step = trail.at(-1); step !== undefined; step = trail.at(-1)) {
    const dependency = step.object.dependencies[step.next++];
    if (dependency === undefined) {
      trail.pop();
      continue;
    }
    const { dumpId } = dependency;
    // What is not among the leftovers has no mark, and is in no ring.
    if (done[dumpId] !== 0 || visitedFrom[dumpId] === start.dumpId) continue;
    visitedFrom[dumpId] = start.dumpId;
    trail.push({ object: dependency, next: 0 });
    if (dependency.dependencies.includes(start)) return trail.map(({ object }) => object);
  }
  return null;
}
