/** How long the sink is watched before it is judged. */
const WINDOW_MS = 250;
const SLOW_SHARE = 0.75;

/** Tells whether it is the sink that all wait for. One write at a time. */
export class SinkPace {
  readonly #now: () => number;
  #windowStart: number;
  #busyMs = 0;
  #writingSince: number | undefined;
  #wasSlow = false;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#windowStart = now();
  }

  async during(write: () => Promise<void>): Promise<void> {
    this.#writingSince = this.#now();
    try {
      await write();
    } finally {
      this.#busyMs += this.#now() - this.#writingSince;
      this.#writingSince = undefined;
    }
  }

  get isSlow(): boolean {
    const now = this.#now();
    const watchedMs = now - this.#windowStart;
    if (watchedMs < WINDOW_MS) return this.#wasSlow;
    const pendingMs = this.#writingSince === undefined ? 0 : now - this.#writingSince;
    this.#wasSlow = this.#busyMs + pendingMs > watchedMs * SLOW_SHARE;
    this.#windowStart = now;
    this.#busyMs = 0;
    if (this.#writingSince !== undefined) this.#writingSince = now;
    return this.#wasSlow;
  }
}
