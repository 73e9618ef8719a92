import type { Entry } from "../archive/entry.ts";

/** Their bodies hold semicolons that end no statement. */
const routineKinds: ReadonlySet<string> = new Set(["FUNCTION", "PROCEDURE"]);

/** How many actions an entry counts for --transaction-size: one for each of its statements. */
export function actionsOf({ kind, create }: Pick<Entry, "kind" | "create">): number {
  if (routineKinds.has(kind)) return 1;
  return Math.max(1, create.split(";").length - 1);
}
