import type { Writable } from "node:stream";

import type { ScriptConsole } from "../../psql/script-console.ts";

const HELD_BYTES_MAX = 64 * 1024;

/** Standard output and standard error for scripts: many small results go out together, but never behind a message. */
export class PsqlConsole implements ScriptConsole {
  readonly #output: Writable;
  readonly #messages: Writable;
  #held: Uint8Array[] = [];
  #heldBytes = 0;

  constructor(output: Writable, messages: Writable) {
    this.#output = output;
    this.#messages = messages;
  }

  write(bytes: Uint8Array): Promise<void> | undefined {
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    return this.#heldBytes < HELD_BYTES_MAX ? undefined : this.#send();
  }

  say(bytes: Uint8Array): void {
    void this.#send();
    this.#messages.write(bytes);
  }

  /** Everything is with the system. */
  async finish(): Promise<void> {
    await this.#send();
  }

  #send(): Promise<void> | undefined {
    if (this.#heldBytes === 0) return undefined;
    const bytes = this.#held.length === 1 ? this.#held[0]! : Buffer.concat(this.#held);
    this.#held = [];
    this.#heldBytes = 0;
    return this.#output.write(bytes) ? undefined : this.#drained();
  }

  /** Whoever reads may be gone: then there is nothing to wait for. */
  #drained(): Promise<void> {
    return new Promise((resolve) => {
      const events = ["drain", "error", "close"];
      const done = (): void => {
        for (const event of events) this.#output.off(event, done);
        resolve();
      };
      for (const event of events) this.#output.on(event, done);
    });
  }
}
