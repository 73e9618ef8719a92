import type { Section } from "../core/section.ts";
import type { EntryDraft } from "./entries.ts";

/** Which entries the options keep, after the selection of objects. */
export interface KeepOptions {
  readonly sections: readonly Section[];
  readonly schemaWanted: boolean;
  readonly dataWanted: boolean;
  readonly sequenceDataWanted: boolean;
  readonly statisticsWanted: boolean;
  readonly noComments: boolean;
  readonly noPrivileges: boolean;
  readonly noSecurityLabels: boolean;
}

const DATABASE_KINDS: ReadonlySet<string> = new Set(["DATABASE", "DATABASE PROPERTIES"]);
const DATA_KINDS: ReadonlySet<string> = new Set(["TABLE DATA", "SEQUENCE SET", "BLOB", "BLOB METADATA", "BLOBS"]);

/** Drops entries that were not asked for. A comment, label or grant is in the section of the entry before it. */
export function keepEntries(drafts: readonly EntryDraft[], options: KeepOptions): EntryDraft[] {
  let section: Section = "pre-data";
  return drafts.filter((draft) => {
    // The database is made or not whatever parts of its contents were asked for.
    if (DATABASE_KINDS.has(draft.entry.kind)) return true;
    if (draft.entry.section !== "none") section = draft.entry.section;
    return options.sections.includes(section) && isKeptKind(draft, options);
  });
}

function isKeptKind({ entry }: EntryDraft, options: KeepOptions): boolean {
  const isOfLargeObject = entry.tag.startsWith("LARGE OBJECT");
  const isFollower = entry.kind === "COMMENT" || entry.kind === "SECURITY LABEL" || entry.kind === "ACL";
  if (entry.kind === "COMMENT" && options.noComments) return false;
  if (entry.kind === "SECURITY LABEL" && options.noSecurityLabels) return false;
  if ((entry.kind === "ACL" || entry.kind === "DEFAULT ACL") && options.noPrivileges) return false;
  if (entry.kind === "STATISTICS DATA") return options.statisticsWanted;
  if (entry.kind === "SEQUENCE SET" && options.sequenceDataWanted) return true;
  if (DATA_KINDS.has(entry.kind) || (isFollower && isOfLargeObject)) return options.dataWanted;
  return options.schemaWanted;
}
