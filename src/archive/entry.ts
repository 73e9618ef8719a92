import type { Section } from "../core/section.ts";

export type { Section } from "../core/section.ts";

/**
 * One item of an archive's table of contents (pg_dump's TOC entry). SQL is rendered when the dump is made, so that whoever
 * restores it needs no knowledge of the catalogs.
 */
export interface Entry {
  /** Unique within the archive, from 1. */
  readonly dumpId: number;
  /** As `pg_restore -l` prints it: `TABLE`, `TABLE DATA`, `FK CONSTRAINT`, ... */
  readonly kind: string;
  readonly tag: string;
  /** Unquoted; null for what lives outside schemas. */
  readonly schema: string | null;
  /** Role name, unquoted; "" for kinds without owner. */
  readonly owner: string;
  readonly section: Section;
  /** Text that creates it, as it stands in the script (mostly ends in a line feed); "" for none. */
  readonly create: string;
  /** Text that drops it; "" for none. */
  readonly drop: string;
  /** For rows: the `COPY ... FROM stdin;` line with its line feed; "" for none. */
  readonly copy: string;
  /** dumpIds of the entries that this one needs. */
  readonly dependencies: readonly number[];
  /** OIDs of the catalog and of the row in it; 0 and 0 for entries without a row of their own. */
  readonly catalogId: { readonly classOid: number; readonly oid: number };
  /** Tablespace that the statement wants: null for "does not matter", "" for the database's default. */
  readonly tablespace: string | null;
  /** Table access method that the statement wants; null for "does not matter". */
  readonly tableAccessMethod: string | null;
  /** pg_class.relkind for relations, else "". */
  readonly relkind: string;
  /** What follows the entry in the archive: rows in COPY text format, rows as INSERT statements, large objects, or nothing. */
  readonly data: "rows" | "statements" | "large-objects" | "none";
}

/** `KIND schema.tag`, for messages. */
export function describeEntry(entry: Pick<Entry, "kind" | "schema" | "tag">): string {
  return entry.schema === null ? `${entry.kind} ${entry.tag}` : `${entry.kind} ${entry.schema}.${entry.tag}`;
}

/**
 * Whether an entry is about the database itself: how it is made, its settings, its comment, labels and grants. An archive always has
 * them; a script or a restore has them only when it creates the database (--create).
 */
export function isOfDatabase({ kind, tag }: Pick<Entry, "kind" | "tag">): boolean {
  if (kind === "DATABASE" || kind === "DATABASE PROPERTIES") return true;
  return (kind === "ACL" || kind === "COMMENT" || kind === "SECURITY LABEL") && tag.startsWith("DATABASE ");
}

/** The three passes in which entries are restored and printed; inside each, order of the table of contents. */
export type Pass = "main" | "acl" | "last";

/**
 * Grants come after all data and indexes; event triggers and refreshes of materialized views after the grants.
 * A comment or label of an event trigger goes with it.
 */
export function passOf(entry: Pick<Entry, "kind" | "tag" | "section">): Pass {
  switch (entry.kind) {
    case "ACL":
    case "ACL LANGUAGE":
    case "DEFAULT ACL":
      return "acl";
    case "EVENT TRIGGER":
    case "MATERIALIZED VIEW DATA":
      return "last";
    case "STATISTICS DATA":
      return entry.section === "post-data" ? "last" : "main";
    case "COMMENT":
    case "SECURITY LABEL":
      return entry.tag.startsWith("EVENT TRIGGER ") ? "last" : "main";
    default:
      return "main";
  }
}

/** The entries in the order in which they are printed and restored. */
export function inPassOrder<E extends Pick<Entry, "kind" | "tag" | "section">>(entries: readonly E[]): E[] {
  const passes: Record<Pass, E[]> = { main: [], acl: [], last: [] };
  for (const entry of entries) passes[passOf(entry)].push(entry);
  return [...passes.main, ...passes.acl, ...passes.last];
}
