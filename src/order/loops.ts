import type { CatalogObject } from "../objects/object.ts";

/**
 * Finds dependency loops among the leftovers of a failed sort: rings in which each member needs the next and the last needs the
 * first. A round uses no object twice; the caller repairs, sorts again and repeats.
 */
export function findLoops(leftovers: readonly CatalogObject[]): CatalogObject[][] {
  const byDumpId = [...leftovers].sort((a, b) => a.dumpId - b.dumpId);
  const done = new Set<CatalogObject>();
  const rings: CatalogObject[][] = [];
  for (const start of byDumpId) {
    if (done.has(start)) continue;
    const ring = findPathBack(start, done);
    if (ring === null) done.add(start);
    else {
      ring.forEach((member) => done.add(member));
      rings.push(ring);
    }
  }
  return rings;
}

interface Step {
  readonly object: CatalogObject;
  next: number;
}

/** Depth first, without recursion: a chain of dependencies can be long. */
function findPathBack(start: CatalogObject, done: ReadonlySet<CatalogObject>): CatalogObject[] | null {
  const hopeless = new Set<CatalogObject>();
  const onTrail = new Set<CatalogObject>([start]);
  const trail: Step[] = [{ object: start, next: 0 }];
  if (start.dependencies.includes(start)) return [start];
  for (let step = trail.at(-1); step !== undefined; step = trail.at(-1)) {
    const dependency = step.object.dependencies[step.next++];
    if (dependency === undefined) {
      trail.pop();
      onTrail.delete(step.object);
      hopeless.add(step.object);
      continue;
    }
    if (done.has(dependency) || onTrail.has(dependency) || hopeless.has(dependency)) continue;
    trail.push({ object: dependency, next: 0 });
    onTrail.add(dependency);
    if (dependency.dependencies.includes(start)) return trail.map(({ object }) => object);
  }
  return null;
}
