import { ALL_COMPONENTS, component, NO_COMPONENTS } from "./object.ts";
import type { CatalogObject } from "./object.ts";

/** What the user asked for, with patterns already resolved to OIDs. */
export interface Selection {
  /** No -n, -t or -e was given: the whole database. */
  readonly everything: boolean;
  /** OIDs matched by -n; null when not given. */
  readonly schemas: ReadonlySet<number> | null;
  readonly excludedSchemas: ReadonlySet<number>;
  /** OIDs matched by -t; null when not given. */
  readonly tables: ReadonlySet<number> | null;
  readonly excludedTables: ReadonlySet<number>;
  readonly excludedTableData: ReadonlySet<number>;
  /** OIDs matched by -e; null when not given. */
  readonly extensions: ReadonlySet<number> | null;
  readonly excludedExtensions: ReadonlySet<number>;
  /** OIDs of foreign servers whose tables' rows are wanted. */
  readonly foreignServers: ReadonlySet<number>;
  readonly schemaWanted: boolean;
  readonly dataWanted: boolean;
  /** The state of sequences, which is data, also where no other data is wanted. */
  readonly sequenceDataWanted: boolean;
  /** What the planner knows of tables and indexes. */
  readonly statisticsWanted: boolean;
  /** Large objects: null is "with the whole database". */
  readonly largeObjects: boolean | null;
  readonly policies: boolean;
  readonly publications: boolean;
  readonly subscriptions: boolean;
  /** The database itself: for scripts that create it, and for every archive. */
  readonly database: boolean;
  readonly unloggedTableData: boolean;
}

/** Members of extensions give only what was granted on them since. */
export function memberComponents(object: CatalogObject): number | null {
  if (object.extension === null) return null;
  return object.extension.contained & component.acl;
}

/** Most kinds: members of extensions by their extension, the others by their schema. */
export function bySchema(object: CatalogObject): number {
  return memberComponents(object) ?? object.schema?.contained ?? NO_COMPONENTS;
}

/** Kinds outside schemas: only with the whole database, never the built-in ones. */
export function withEverything(object: CatalogObject, selection: Selection, builtIn: boolean): number {
  const member = memberComponents(object);
  if (member !== null) return member;
  if (builtIn) return NO_COMPONENTS;
  return selection.everything ? ALL_COMPONENTS : NO_COMPONENTS;
}
