/** Anything that needs other things to come before it. */
export interface SortNode {
  readonly dependencies: readonly SortNode[];
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
 * Nodes in a given order, to be sorted again and again while loops are opened. Dependencies are kept as positions, since chasing objects
 * is what a sort of many nodes would spend its time on; `refresh` takes over changes.
 */
export class SortGraph<N extends SortNode> {
  readonly #nodes: readonly N[];
  readonly #positions = new Map<SortNode, number>();
  readonly #needs: Int32Array[];
  /** The lists that `#needs` was made from, and how long they were. */
  readonly #lists: { list: readonly SortNode[]; length: number }[];

  /** Every dependency must be among the nodes. */
  constructor(nodes: readonly N[]) {
    this.#nodes = nodes;
    nodes.forEach((node, at) => this.#positions.set(node, at));
    this.#needs = nodes.map((node) => this.#positionsOf(node));
    this.#lists = nodes.map(({ dependencies }) => ({ list: dependencies, length: dependencies.length }));
  }

  /** To be told of the nodes whose dependencies may have changed: by another list, or by more in the same one. */
  refresh(nodes: Iterable<N>): void {
    for (const node of nodes) {
      const at = this.#positions.get(node);
      const known = at === undefined ? undefined : this.#lists[at];
      if (at === undefined || (known?.list === node.dependencies && known.length === node.dependencies.length)) continue;
      this.#needs[at] = this.#positionsOf(node);
      this.#lists[at] = { list: node.dependencies, length: node.dependencies.length };
    }
  }

  #positionsOf(node: N): Int32Array {
    return Int32Array.from(node.dependencies, (dependency) => this.#positions.get(dependency) ?? -1).filter((at) => at >= 0);
  }

  /**
   * Puts every node behind what it needs and disturbs the given order as little as possible: the list is filled from its end, each time
   * with the last node of the given order that nobody still unplaced needs. So a node keeps its place, and what it needs is pulled
   * forward to directly before its first user.
   */
  sort(): SortResult<N> {
    const waiting = new Int32Array(this.#nodes.length);
    for (const needs of this.#needs) {
      for (const at of needs) waiting[at] = (waiting[at] ?? 0) + 1;
    }
    const free = new LargestFirst();
    waiting.forEach((count, at) => {
      if (count === 0) free.push(at);
    });
    const placed: N[] = [];
    while (free.size > 0) {
      const at = free.pop();
      const node = this.#nodes[at];
      if (node === undefined) break;
      placed.push(node);
      for (const needed of this.#needs[at] ?? []) {
        const left = (waiting[needed] ?? 0) - 1;
        waiting[needed] = left;
        if (left === 0) free.push(needed);
      }
    }
    return { sorted: placed.reverse(), leftovers: this.#nodes.filter((_, at) => (waiting[at] ?? 0) > 0) };
  }
}
