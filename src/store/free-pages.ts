/** Pages that follow each other. */
interface Run {
  readonly start: number;
  readonly count: number;
}

/** Keeps account of the pages of a file that come and go: what was given back is used again before the file grows. */
export class FreePages {
  /** The file has had so many pages at most. */
  end = 0;
  /** In their order; none touches the next. */
  #free: Run[] = [];

  /** The first of `count` pages that follow each other. */
  take(count: number): number {
    const at = this.#free.findIndex((run) => run.count >= count);
    const run = this.#free[at];
    if (run === undefined) {
      this.end += count;
      return this.end - count;
    }
    const rest = { start: run.start + count, count: run.count - count };
    this.#free.splice(at, 1, ...(rest.count > 0 ? [rest] : []));
    return run.start;
  }

  give(start: number, count: number): void {
    const found = this.#free.findIndex((run) => run.start > start);
    const at = found < 0 ? this.#free.length : found;
    const [before, after] = [this.#free[at - 1], this.#free[at]];
    const joinsBefore = before !== undefined && before.start + before.count === start;
    const joinsAfter = after?.start === start + count;
    const joined = {
      start: joinsBefore ? before.start : start,
      count: count + (joinsBefore ? before.count : 0) + (joinsAfter ? after.count : 0),
    };
    this.#free.splice(at - (joinsBefore ? 1 : 0), (joinsBefore ? 1 : 0) + (joinsAfter ? 1 : 0), joined);
  }
}
