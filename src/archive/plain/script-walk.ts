import { PgstowError } from "../../core/errors.ts";
import { describeEntry, inPassOrder } from "../entry.ts";
import type { Entry } from "../entry.ts";
import type { ScriptPrinter } from "./script-printer.ts";

/** A piece of script and the entry it belongs to. */
export interface ScriptPiece {
  readonly entry: Entry;
  readonly text: string;
}

/** Prints the entries in the order of passes, stopping at each one that has data until its data has been written. */
export class ScriptWalk {
  readonly #printer: ScriptPrinter;
  readonly #entries: readonly Entry[];
  /** Tables that were gone past: their data may come in any order. */
  readonly #passed = new Set<number>();
  #next = 0;

  constructor(printer: ScriptPrinter, entries: readonly Entry[]) {
    this.#printer = printer;
    this.#entries = inPassOrder(entries);
  }

  /**
   * The entries before the one whose data comes now; that one counts as printed. Tables before it are gone past where they may come later;
   * otherwise each must have come.
   */
  *upTo(entry: Entry, mayPass = false): Generator<ScriptPiece> {
    if (this.#passed.delete(entry.dumpId)) return;
    for (;;) {
      const next = this.#entries[this.#next];
      if (next === undefined)
        throw new PgstowError("internal", `entry is not in the table of contents, or came twice: ${describeEntry(entry)}`);
      this.#next++;
      if (next.dumpId === entry.dumpId) return;
      if (mayPass && (next.data === "rows" || next.data === "statements")) this.#passed.add(next.dumpId);
      else yield this.#piece(next);
    }
  }

  *rest(): Generator<ScriptPiece> {
    if (this.#passed.size > 0) throw new PgstowError("internal", `the data of ${this.#passed.size} tables was left out`);
    for (const entry of this.#entries.slice(this.#next)) yield this.#piece(entry);
    this.#next = this.#entries.length;
  }

  #piece(entry: Entry): ScriptPiece {
    if (entry.data !== "none") throw new PgstowError("internal", `the data of an entry was left out: ${describeEntry(entry)}`);
    return { entry, text: this.#printer.entry(entry) };
  }
}
