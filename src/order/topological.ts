/** Anything that needs other things to come before it. */
export interface SortNode {
  /** A number of its own, from 0 on and without large gaps. */
  readonly dumpId: number;
  readonly dependencies: readonly SortNode[];
}

/** One more than the largest dumpId: as long is a list by dumpId. */
export function idsEnd(nodes: readonly SortNode[]): number {
  return nodes.reduce((end, { dumpId }) => Math.max(end, dumpId + 1), 0);
}

/** Numbers with the largest on top. */
class LargestFirst {
  readonly #items: number[] = [];

  get size(): number {
    return this.#items.length;
  }

  push(value: number): void {
    const items = this.#items;
    let at = items.push(value) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = items[parent] ?? 0;
      if (above >= value) break;
      items[at] = above;
      at = parent;
    }
    items[at] = value;
  }

  pop(): number {
    const items = this.#items;
    const top = items[0] ?? -1;
    const last = items.pop() ?? -1;
    if (items.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && (items[child + 1] ?? 0) > (items[child] ?? 0)) child++;
      if ((items[child] ?? 0) <= last) break;
      items[at] = items[child] ?? 0;
      at = child;
    }
    items[at] = last;
    return top;
  }
}

export interface SortResult<N> {
  readonly sorted: readonly N[];
  /** Members of loops and what they need; empty when the sort succeeded. */
  readonly leftovers: readonly N[];
}

/**
 * Puts every node behind what it needs and disturbs the given order as little as possible: the list is filled from its end, each time
 * with the last node of the given order that nobody still unplaced needs. So a node keeps its place, and what it needs is pulled
 * forward to directly before its first user. A dependency that is not among the nodes stands for its own dependencies.
 */
export function sortTopologically<N extends SortNode>(nodes: readonly N[]): SortResult<N> {
  const { needs, ends } = positionsOfNeeds(nodes);
  const waiting = new Int32Array(nodes.length);
  for (const at of needs) waiting[at] = (waiting[at] ?? 0) + 1;
  const free = new LargestFirst();
  waiting.forEach((count, at) => {
    if (count === 0) free.push(at);
  });
  const placed: N[] = [];
  while (free.size > 0) {
    const at = free.pop();
    const node = nodes[at];
    if (node === undefined) break;
    placed.push(node);
    const end = ends[at] ?? 0;
    for (let next = at === 0 ? 0 : (ends[at - 1] ?? 0); next < end; next++) {
      const needed = needs[next] ?? 0;
      const left = (waiting[needed] ?? 0) - 1;
      waiting[needed] = left;
      if (left === 0) free.push(needed);
    }
  }
  const leftovers = placed.length === nodes.length ? [] : nodes.filter((_, at) => (waiting[at] ?? 0) > 0);
  return { sorted: placed.reverse(), leftovers };
}

/** Dependencies as positions of nodes, those of one node after those of another: chasing objects is what a sort of many would spend its time on. */
function positionsOfNeeds(nodes: readonly SortNode[]): { needs: readonly number[]; ends: Int32Array } {
  const positions = new Int32Array(idsEnd(nodes)).fill(-1);
  nodes.forEach(({ dumpId }, at) => (positions[dumpId] = at));
  const needs: number[] = [];
  const add = (dependencies: readonly SortNode[]): void => {
    for (const { dumpId, dependencies: behind } of dependencies) {
      const position = positions[dumpId] ?? -1;
      if (position >= 0) needs.push(position);
      else add(behind);
    }
  };
  const ends = new Int32Array(nodes.length);
  nodes.forEach(({ dependencies }, at) => {
    add(dependencies);
    ends[at] = needs.length;
  });
  return { needs, ends };
}
