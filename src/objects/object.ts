import type { AclFacet } from "../facets/acl.ts";
import type { Extension } from "./extension.ts";
import type { KindName } from "./kind.ts";
import type { Schema } from "./schema.ts";

/** What of an object goes into the dump, as bits. */
export const component = {
  definition: 1,
  data: 2,
  comment: 4,
  securityLabel: 8,
  acl: 16,
  policy: 32,
  userMapping: 64,
  statistics: 128,
} as const;

export const ALL_COMPONENTS = 255;
export const NO_COMPONENTS = 0;

/**
 * What an object is to the repair of dependency loops. `order/` knows these roles and no kinds.
 */
export type LoopRole =
  | "type"
  | "domain"
  | "function"
  | "table"
  | "view"
  | "materialized-view"
  | "view-rule"
  | "table-check"
  | "domain-check"
  | "column-default"
  | "index"
  | "table-data"
  | "materialized-view-statistics"
  | "pre-data-boundary"
  | "post-data-boundary"
  | "other";

/**
 * A thing that is sorted: printed, or hidden but passing order on. One object is one row of a catalog, or something that the dump
 * needs and no catalog has (the data of a table, an attachment, a boundary).
 */
export interface CatalogObject {
  readonly kind: KindName;
  /** Catalog and row; 0 where there is none. */
  readonly classOid: number;
  readonly oid: number;
  /** What the base order compares; unquoted. */
  readonly name: string;
  readonly schema: Schema | null;
  /** Role name, "" for kinds without owner. */
  readonly owner: string;
  readonly acl: AclFacet | null;
  readonly loopRole: LoopRole;
  /** From 1, in the order of collection; 0 until assigned. */
  dumpId: number;
  /** Bits of `component` that the selection wants. */
  wanted: number;
  /** What must come before it. Duplicates are allowed and count. */
  dependencies: CatalogObject[];
  /** The extension that it is a member of. */
  extension: Extension | null;
  /** Extensions that it was made to depend on (ALTER ... DEPENDS ON EXTENSION). */
  dependsOnExtensions: readonly Extension[];
  /** A part (default, constraint, rule) that is an entry of its own instead of standing inside its owner's text. */
  separate: boolean;
  /** Moved to the post-data section by the repair of a loop. */
  postponed: boolean;
  /** For parts (defaults, checks, rules of views): the object that prints them unless they are separate. */
  partOf: CatalogObject | null;
}

const NO_EXTENSIONS: readonly Extension[] = [];

/**
 * The mutable half of a new object. Stands last in the object's literal: V8 builds one that begins with a spread twenty times slower.
 */
export function newObjectState(): Pick<
  CatalogObject,
  "dumpId" | "wanted" | "dependencies" | "extension" | "dependsOnExtensions" | "separate" | "postponed" | "partOf"
> {
  return {
    dumpId: 0,
    wanted: NO_COMPONENTS,
    dependencies: [],
    extension: null,
    dependsOnExtensions: NO_EXTENSIONS,
    separate: false,
    postponed: false,
    partOf: null,
  };
}

/**
 * What a part of a table (policy, trigger, constraint, rule, index) takes over from it: schema, owner and what is wanted; it has no
 * privileges of its own. Includes the mutable half, and stands last in the literal for the same reason.
 */
export function newTablePartState(
  table: Pick<CatalogObject, "schema" | "owner" | "wanted">,
): Pick<CatalogObject, "schema" | "owner" | "acl"> & ReturnType<typeof newObjectState> {
  return {
    schema: table.schema,
    owner: table.owner,
    acl: null,
    dumpId: 0,
    wanted: table.wanted,
    dependencies: [],
    extension: null,
    dependsOnExtensions: NO_EXTENSIONS,
    separate: false,
    postponed: false,
    partOf: null,
  };
}

export function wants(object: Pick<CatalogObject, "wanted">, bits: number): boolean {
  return (object.wanted & bits) !== 0;
}
