import { describe, expect, it } from "vitest";
import { testObject } from "../../test/support/object.ts";
import type { CatalogObject } from "../objects/object.ts";
import { LoopFinder } from "./loops.ts";

/** Small numbers in an order that looks like chance, the same each time. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor((state / 2147483648) * below);
  };
}

function randomObjects(seed: number): CatalogObject[] {
  const next = numbers(seed);
  const count = 5 + next(40);
  const objects = Array.from({ length: count }, (_, at) =>
    testObject("function", {
      name: `o${at.toString()}`,
      loopRole: at === 1 ? "pre-data-boundary" : at === 2 ? "post-data-boundary" : "other",
      dumpId: at + 1,
    }),
  );
  for (let edges = count + next(2 * count); edges > 0; edges--) {
    // Half of all go to or from a boundary.
    const hub = objects[1 + next(2)]!;
    const [from, to] = [objects[next(count)]!, objects[next(count)]!];
    if (next(4) === 0) from.dependencies.push(hub);
    else if (next(3) === 0) hub.dependencies.push(to);
    else from.dependencies.push(to);
  }
  return objects;
}

/** The meaning of a round, in the plainest way. */
function plainRound(objects: readonly CatalogObject[]): CatalogObject[][] {
  const used = new Set<CatalogObject>();
  const search = (start: CatalogObject): CatalogObject[] | null => {
    if (start.dependencies.includes(start)) return [start];
    const visited = new Set<CatalogObject>();
    const walk = (trail: CatalogObject[]): CatalogObject[] | null => {
      for (const dependency of trail.at(-1)?.dependencies ?? []) {
        if (used.has(dependency) || visited.has(dependency)) continue;
        visited.add(dependency);
        const longer = [...trail, dependency];
        const ring = dependency.dependencies.includes(start) ? longer : walk(longer);
        if (ring !== null) return ring;
      }
      return null;
    };
    return walk([start]);
  };
  const rings: CatalogObject[][] = [];
  for (const start of objects) {
    if (used.has(start)) continue;
    const ring = search(start) ?? [];
    for (const member of [start, ...ring]) used.add(member);
    if (ring.length > 0) rings.push(ring);
  }
  return rings;
}

/** Takes the ring's first dependency away; sometimes adds one, as separate parts get. */
function repair(ring: readonly CatalogObject[], objects: readonly CatalogObject[], chance: (below: number) => number): void {
  const first = ring[0]!;
  const second = ring[1] ?? first;
  first.dependencies = first.dependencies.filter((one) => one !== second);
  if (ring.length > 2 && chance(3) === 0) second.dependencies.push(first);
  if (ring.length > 1 && chance(6) === 0) second.dependencies.push(objects[2]!);
}

describe("rounds of loops", () => {
  it("are those of the plain search, whatever repairs do", () => {
    let [rings, rounds] = [0, 0];
    for (let seed = 1; seed <= 600; seed++) {
      const objects = randomObjects(seed);
      const chance = numbers(seed + 1000);
      const finder = new LoopFinder([...objects].reverse());
      for (let round = 0; round < 30; round++) {
        const expected = plainRound(objects);
        const found = finder.nextRound();
        const names = (list: CatalogObject[][]) => list.map((ring) => ring.map(({ name }) => name).join(" "));
        expect(names(found), `seed ${seed.toString()}, round ${round.toString()}`).toEqual(names(expected));
        if (found.length === 0) break;
        rings += found.length;
        rounds++;
        for (const ring of found) repair(ring, objects, chance);
      }
    }
    expect(rings).toBeGreaterThan(1000);
    expect(rounds).toBeGreaterThan(1000);
  });
});
