/**
 * Runs jobs side by side and hands their results on strictly in the order in which the jobs came. At most `inFlightMax` jobs are
 * under way (from `push` until their result has been taken), so memory is bounded and a slow taker slows the giver. After the
 * first error every `push` and `drain` fails with it.
 */
export class OrderedPipeline<Result> {
  readonly #inFlightMax: number;
  #inFlight = 0;
  #tail: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;
  #waiters: (() => void)[] = [];

  constructor(inFlightMax: number) {
    this.#inFlightMax = inFlightMax;
  }

  /** Starts the job when there is room; resolves when it has been started. `take` gets the result when its turn has come. */
  async push(job: () => Promise<Result>, take: (result: Result) => Promise<void>): Promise<void> {
    while (this.#inFlight >= this.#inFlightMax && this.#failure === undefined) {
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
    this.#throwFailure();
    this.#inFlight++;
    const running = job();
    const before = this.#tail;
    this.#tail = (async () => {
      try {
        const result = await running;
        await before;
        if (this.#failure === undefined) await take(result);
      } catch (error) {
        this.#failure ??= { error };
      } finally {
        this.#inFlight--;
        for (const wake of this.#waiters.splice(0)) wake();
      }
    })();
  }

  /** Resolves when every result has been taken. */
  async drain(): Promise<void> {
    await this.#tail;
    this.#throwFailure();
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
