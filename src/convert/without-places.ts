import type { Entry } from "../archive/entry.ts";
import type { ConvertOptions } from "./options.ts";

/** The entry without what the new archive shall not say: its owner, tablespace, table access method. */
export function withoutPlaces(
  entry: Entry,
  options: Pick<ConvertOptions, "noOwner" | "noTablespaces" | "noTableAccessMethod" | "format">,
): Entry {
  // A script says in its comments that there is no owner, and does so by itself.
  if (options.format === "plain") return entry;
  return {
    ...entry,
    owner: options.noOwner === true ? "" : entry.owner,
    tablespace: options.noTablespaces === true ? null : entry.tablespace,
    tableAccessMethod: options.noTableAccessMethod === true ? null : entry.tableAccessMethod,
  };
}
