const BEGINS = /^-- PostgreSQL database (?:cluster )?dump\r?$/;
const ENDS = /^-- PostgreSQL database (?:cluster )?dump complete\r?$/;
const LINE_BYTES_MAX = 64;

/** Counts the comments that pg_dump begins and ends a script with. */
export class ScriptEnds {
  #open = 0;

  /** A dump has begun that has not ended: the script was cut. */
  get isCut(): boolean {
    return this.#open > 0;
  }

  /** A line that begins with a dash, outside of quotes. */
  see(line: Buffer): void {
    if (line.length > LINE_BYTES_MAX) return;
    const text = line.toString("latin1");
    if (BEGINS.test(text)) this.#open++;
    else if (ENDS.test(text)) this.#open--;
  }
}
