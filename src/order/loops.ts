import type { CatalogObject } from "../objects/object.ts";
import { findComponents } from "./components.ts";
import type { Components } from "./components.ts";

/** Steps for each object that may be gone in components that are too large before it is worth while to find them anew. */
const PATIENCE = 2;

/** What the last round gave of one object, with its dependencies as they were before the repair. */
interface Given {
  readonly member: CatalogObject;
  readonly ring: readonly CatalogObject[];
  readonly list: readonly CatalogObject[];
  readonly count: number;
}

/**
 * Finds dependency loops among the leftovers of a failed sort: rings in which each member needs the next and the last needs the first.
 * A round uses no object twice; the caller repairs and asks for the next round, until one finds nothing.
 *
 * Every ring lies within one strongly connected component, so only there is searched. Thousands of rings may all go through the
 * boundaries between the sections, and need a round each: therefore components are kept from round to round, those of everything and
 * those without the boundaries that a round has used. Most repairs let components only fall apart; after one that may have joined some
 * they are found anew.
 */
export class LoopFinder {
  readonly #leftovers: readonly CatalogObject[];
  readonly #hubs: readonly CatalogObject[];
  readonly #size: number;
  /** Components without some of the hubs, by the sum of their bits. */
  readonly #components = new Map<number, Components>();
  /** Members of all components before this one have turned out to be in no ring. */
  #firstStart = 0;
  /** By dumpId: the round in which the object was used, and the search in which it was last visited. */
  readonly #usedIn: Int32Array;
  readonly #visitedIn: Int32Array;
  #round = 0;
  #searches = 0;
  /** Dependencies followed in vain or not since the current components were chosen. */
  #steps = 0;
  #given: Given[] = [];

  constructor(leftovers: readonly CatalogObject[]) {
    this.#leftovers = [...leftovers].sort((a, b) => a.dumpId - b.dumpId);
    this.#hubs = leftovers.filter(({ loopRole }) => loopRole === "pre-data-boundary" || loopRole === "post-data-boundary");
    this.#size = 1 + (this.#leftovers.at(-1)?.dumpId ?? 0);
    this.#usedIn = new Int32Array(this.#size);
    this.#visitedIn = new Int32Array(this.#size);
  }

  /** The rings of one round; none when all loops are open. */
  nextRound(): CatalogObject[][] {
    this.#round++;
    this.#forgetJoined();
    this.#steps = 0;
    let current = this.#without(0);
    let bits = 0;
    const rings: CatalogObject[][] = [];
    const goOnWith = (components: Components): void => {
      current = components;
      this.#steps = 0;
    };
    for (let at = this.#firstStart; at < current.members.length; at++) {
      const start = current.members[at]!;
      if (this.#isUsed(start)) continue;
      const ring = this.#findPathBack(start, current.of);
      this.#usedIn[start.dumpId] = this.#round;
      const before = current;
      if (ring === null) {
        if (rings.length === 0) this.#firstStart = at + 1;
        // Repairs have opened what they held, or rings of this round are in the way: next time they are found anew.
        if (bits !== 0) this.#components.delete(bits);
        if (this.#steps > PATIENCE * this.#size) goOnWith(this.#narrowed(rings.length === 0));
      } else {
        for (const member of ring) this.#usedIn[member.dumpId] = this.#round;
        rings.push(ring);
        bits = this.#hubs.reduce((sum, hub, bit) => sum + (this.#isUsed(hub) ? 1 << bit : 0), 0);
        const known = this.#without(bits);
        if (known.members.length < current.members.length) goOnWith(known);
      }
      // What was a start already is used: the others all come after it.
      if (current !== before) at = -1;
    }
    this.#given = rings.flatMap((ring) =>
      ring.map((member) => ({ member, ring, list: member.dependencies, count: member.dependencies.length })),
    );
    return rings;
  }

  /** Components without what this round has used. As long as that was in no ring, they are those of all. */
  #narrowed(nothingFound: boolean): Components {
    const narrowed = findComponents(this.#without(0).members, this.#size, (object) => this.#isUsed(object));
    if (nothingFound) {
      this.#components.set(0, narrowed);
      this.#firstStart = 0;
    }
    return narrowed;
  }

  #isUsed({ dumpId }: CatalogObject): boolean {
    return this.#usedIn[dumpId] === this.#round;
  }

  /** Components without the hubs of these bits. Found in an earlier round they may be too large, never too small. */
  #without(bits: number): Components {
    let components = this.#components.get(bits);
    if (components === undefined) {
      const leftOut = this.#hubs.filter((_, bit) => (bits & (1 << bit)) !== 0);
      const objects = bits === 0 ? this.#leftovers : this.#without(0).members;
      components = findComponents(objects, this.#size, (object) => leftOut.includes(object));
      this.#components.set(bits, components);
    }
    return components;
  }

  /** Forgets components that the last repairs may have joined, by a dependency that they have added. */
  #forgetJoined(): void {
    const all = (1 << this.#hubs.length) - 1;
    for (const { member, ring, list, count } of this.#given) {
      const { dependencies } = member;
      // What is added stands last; boundaries have thousands.
      if (dependencies === list ? dependencies.length === count : dependencies.at(-1) === list[count - 1]) continue;
      const before = new Set(list.slice(0, count));
      for (const added of dependencies.filter((one) => !before.has(one))) {
        const isWithinRing = ring.includes(added);
        if (!isWithinRing) this.#firstStart = 0;
        for (const bits of [...this.#components.keys()]) {
          // Within a ring all are of one component anyway, as long as its hubs are there.
          if (bits === 0 ? isWithinRing : bits === all && !this.#isJoined(member, added)) continue;
          this.#components.delete(bits);
        }
      }
    }
  }

  /** Whether a new dependency closes a loop that goes through no hub. */
  #isJoined(member: CatalogObject, added: CatalogObject): boolean {
    if (this.#hubs.includes(member) || this.#hubs.includes(added)) return false;
    const { of: groups } = this.#without(0);
    const visited = new Set([added]);
    for (const object of visited) {
      if (object === member) return true;
      for (const one of object.dependencies) {
        if (groups[one.dumpId] !== 0 && !this.#hubs.includes(one)) visited.add(one);
      }
    }
    return false;
  }

  /** Depth first, without recursion: a chain of dependencies can be long. */
  #findPathBack(start: CatalogObject, groups: Int32Array): CatalogObject[] | null {
    if (start.dependencies.includes(start)) return [start];
    const group = groups[start.dumpId];
    const search = ++this.#searches;
    const trail: { readonly object: CatalogObject; next: number }[] = [{ object: start, next: 0 }];
    for (let step = trail.at(-1); step !== undefined; step = trail.at(-1)) {
      const dependency = step.object.dependencies[step.next++];
      if (dependency === undefined) {
        trail.pop();
        continue;
      }
      this.#steps++;
      const { dumpId } = dependency;
      if (groups[dumpId] !== group || this.#usedIn[dumpId] === this.#round || this.#visitedIn[dumpId] === search) continue;
      this.#visitedIn[dumpId] = search;
      trail.push({ object: dependency, next: 0 });
      if (dependency.dependencies.includes(start)) return trail.map(({ object }) => object);
    }
    return null;
  }
}
