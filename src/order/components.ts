import type { CatalogObject } from "../objects/object.ts";

/** Which objects can be in one loop: number of the group by dumpId, 0 for those that are in none. */
export interface Components {
  readonly of: Int32Array;
  /** The members of all groups, in the order given. */
  readonly members: readonly CatalogObject[];
}

/** One object on the way down, and which of its dependencies is next. */
interface Visit {
  readonly object: CatalogObject;
  next: number;
}

/**
 * Strongly connected components of these objects, without those that `isLeftOut`; one object is one if it needs itself. Every loop lies
 * within a component. Iterative, since a chain of dependencies can be long. `size` is more than any dumpId.
 */
export function findComponents(objects: readonly CatalogObject[], size: number, isLeftOut: (object: CatalogObject) => boolean): Components {
  const run = new ComponentSearch(objects, size, isLeftOut);
  for (const object of objects) run.visit(object);
  return { of: run.groups, members: objects.filter(({ dumpId }) => (run.groups[dumpId] ?? 0) > 0) };
}

class ComponentSearch {
  readonly groups: Int32Array;
  /** Order of arrival; 0 for what is not yet, -1 for what is not to be visited. */
  readonly #arrival: Int32Array;
  /** Earliest arrival that is known to be reachable. */
  readonly #low: Int32Array;
  readonly #open: CatalogObject[] = [];
  readonly #isOpen: Uint8Array;
  #arrivals = 0;
  #groupCount = 0;

  constructor(objects: readonly CatalogObject[], size: number, isLeftOut: (object: CatalogObject) => boolean) {
    this.groups = new Int32Array(size);
    this.#arrival = new Int32Array(size).fill(-1);
    this.#low = new Int32Array(size);
    this.#isOpen = new Uint8Array(size);
    for (const object of objects) if (!isLeftOut(object)) this.#arrival[object.dumpId] = 0;
  }

  visit(root: CatalogObject): void {
    if (this.#arrival[root.dumpId] !== 0) return;
    const way = [this.#enter(root)];
    for (let visit = way.at(-1); visit !== undefined; visit = way.at(-1)) {
      const { object } = visit;
      const dependency = object.dependencies[visit.next++];
      if (dependency === undefined) {
        way.pop();
        this.#leave(object);
        const above = way.at(-1)?.object.dumpId;
        if (above !== undefined) this.#lower(above, this.#low[object.dumpId] ?? 0);
        continue;
      }
      const arrival = this.#arrival[dependency.dumpId];
      if (arrival === 0) way.push(this.#enter(dependency));
      else if (arrival !== undefined && this.#isOpen[dependency.dumpId] === 1) this.#lower(object.dumpId, arrival);
    }
  }

  #enter(object: CatalogObject): Visit {
    const { dumpId } = object;
    this.#arrival[dumpId] = this.#low[dumpId] = ++this.#arrivals;
    this.#isOpen[dumpId] = 1;
    this.#open.push(object);
    return { object, next: 0 };
  }

  #lower(dumpId: number, arrival: number): void {
    if (arrival < (this.#low[dumpId] ?? 0)) this.#low[dumpId] = arrival;
  }

  /** The first of its component to have arrived takes all that came after it off the open ones: they are the component. */
  #leave(object: CatalogObject): void {
    if (this.#low[object.dumpId] !== this.#arrival[object.dumpId]) return;
    const isLoop = this.#open.at(-1) !== object || object.dependencies.includes(object);
    const group = isLoop ? ++this.#groupCount : 0;
    for (;;) {
      const member = this.#open.pop();
      if (member === undefined) return;
      this.#isOpen[member.dumpId] = 0;
      this.groups[member.dumpId] = group;
      if (member === object) return;
    }
  }
}
