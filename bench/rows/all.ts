import type { Scale } from "../bench.ts";
import type { Trial } from "../trial.ts";
import { dominantTableTrials } from "./dominant-table.ts";
import { farAwayTrials } from "./far-away.ts";
import { largeDatabaseTrials } from "./large.ts";
import { manyTablesTrials } from "./many-tables.ts";
import { memoryTrials } from "./memory.ts";

/** In the order in which they run. */
export function allTrials(scale: Scale): readonly Trial[] {
  return [
    ...largeDatabaseTrials(scale),
    ...dominantTableTrials(scale),
    ...farAwayTrials(scale),
    ...manyTablesTrials(scale),
    ...memoryTrials(scale),
  ];
}
