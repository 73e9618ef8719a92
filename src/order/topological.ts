/** Anything that needs other things to come before it. */
export interface SortNode {
  readonly dependencies: readonly SortNode[];
  /** Scratch: place in the given order. */
  position: number;
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
 * forward to directly before its first user. Every dependency must be among the nodes.
 */
export function sortTopologically<N extends SortNode>(nodes: readonly N[]): SortResult<N> {
  nodes.forEach((node, at) => (node.position = at));
  const waiting = new Int32Array(nodes.length);
  for (const node of nodes) {
    for (const { position } of node.dependencies) waiting[position] = (waiting[position] ?? 0) + 1;
  }
  const free = new LargestFirst();
  waiting.forEach((count, at) => {
    if (count === 0) free.push(at);
  });
  const placed: N[] = [];
  while (free.size > 0) {
    const node = nodes[free.pop()];
    if (node === undefined) break;
    placed.push(node);
    for (const { position } of node.dependencies) {
      const left = (waiting[position] ?? 0) - 1;
      waiting[position] = left;
      if (left === 0) free.push(position);
    }
  }
  return { sorted: placed.reverse(), leftovers: nodes.filter((_, at) => (waiting[at] ?? 0) > 0) };
}
