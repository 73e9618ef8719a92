import type { Entry } from "../archive/entry.ts";

/** An entry of the new archive. */
export interface PlannedEntry {
  readonly entry: Entry;
  /** The entries of the old archive whose data it gets, in order; one and itself, as a rule. */
  readonly sources: readonly Entry[];
}
