import { closeSync, openSync, writeSync } from "node:fs";

/** A file that results go to; \o replaces one that exists, as psql does. */
export class OutputFile {
  readonly #descriptor: number;

  /** Throws Node's error. */
  constructor(path: string) {
    this.#descriptor = openSync(path, "w");
  }

  write(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) done += writeSync(this.#descriptor, bytes, done);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
