import type { QuoteIdentifier } from "../core/identifiers.ts";
import type { DiagnosticSink } from "../core/diagnostics.ts";
import type { Section } from "../core/section.ts";
import type { Inventory } from "./inventory.ts";
import type { CatalogObject } from "./object.ts";
import type { Selection } from "./selection.ts";

/** Every kind of object that is sorted. `registry.ts` has one record for each. */
export type KindName =
  | "database"
  | "extension"
  | "schema"
  | "relation"
  | "function"
  | "type"
  | "shell-type"
  | "domain-constraint"
  | "language"
  | "aggregate"
  | "operator"
  | "access-method"
  | "operator-class"
  | "operator-family"
  | "text-search-parser"
  | "text-search-template"
  | "text-search-dictionary"
  | "text-search-configuration"
  | "foreign-data-wrapper"
  | "foreign-server"
  | "default-acl"
  | "collation"
  | "conversion"
  | "cast"
  | "transform"
  | "event-trigger"
  | "partition-attachment"
  | "column-default"
  | "not-null-constraint"
  | "check-constraint"
  | "index"
  | "index-constraint"
  | "index-attachment"
  | "extended-statistics"
  | "foreign-key"
  | "trigger"
  | "rule"
  | "policy"
  | "row-security"
  | "publication"
  | "publication-table"
  | "publication-schema"
  | "subscription"
  | "table-data"
  | "sequence-value"
  | "materialized-view-data"
  | "relation-statistics"
  | "large-object"
  | "large-object-group"
  | "large-object-data"
  | "pre-data-boundary"
  | "post-data-boundary";

/** What a query may depend on. */
export interface ReadContext {
  readonly major: number;
  readonly selection: Selection;
  readonly inventory: Inventory;
  readonly onDiagnostic: DiagnosticSink;
}

/**
 * One set-returning query for the whole database. "inventory" queries list what exists and need no locks; "dependencies" are sent with
 * them, and the server finds them while the inventory is selected from; "details" queries may call the server's deparse functions and are
 * asked only about objects that are wanted (or that a wanted one inherits from).
 * int2, int4, oid and float columns arrive as numbers, bool as boolean, everything else as text; "char" must be cast to text.
 */
export interface CatalogRead {
  readonly name: string;
  readonly phase: "inventory" | "dependencies" | "details";
  /** The SQL, or null when this server or selection has nothing to ask; several statements when one would be too large for the server. */
  query(context: ReadContext): string | readonly string[] | null;
  /** Each row is read by itself: many are taken some at a time, so that not all of them are held. Otherwise `read` is called once. */
  readonly rowByRow?: boolean;
  /** Takes the rows in the order in which the server returned them, after those of the reads before. */
  read(rows: readonly unknown[], context: ReadContext): void;
}

/** Types the rows of one read; the rest of the program passes them on as unknown. */
export function catalogRead<Row>(read: {
  name: string;
  phase: CatalogRead["phase"];
  query(context: ReadContext): string | readonly string[] | null;
  rowByRow?: boolean;
  read(rows: readonly Row[], context: ReadContext): void;
}): CatalogRead {
  return {
    ...read,
    read: (rows, context) => {
      read.read(rows as readonly Row[], context);
    },
  };
}

/** Everything that SQL text depends on besides the object. */
export interface RenderContext {
  /** Major version of the server, which is also the version of pg_dump whose text is written. */
  readonly major: number;
  readonly serverVersionNum: number;
  readonly inventory: Inventory;
  readonly q: QuoteIdentifier;
  /** A string constant. */
  readonly literal: (text: string) => string;
  /** `schema.name`, each quoted when needed. */
  readonly qualified: (object: { readonly schema: { readonly name: string } | null; readonly name: string }) => string;
  readonly options: RenderOptions;
}

/** Options that change the text of definitions. */
export interface RenderOptions {
  readonly disableDollarQuoting: boolean;
  readonly noToastCompression: boolean;
  readonly loadViaPartitionRoot: boolean;
  readonly includeForeignData: boolean;
  readonly quoteAllIdentifiers: boolean;
  readonly noTablespaces: boolean;
  /** Rows as INSERT statements. */
  readonly inserts: boolean;
}

/** The entry that creates an object. Missing fields are the object's own (schema, owner) or empty. */
export interface Definition {
  /** Kind of the entry, as the table of contents names it. */
  readonly kind: string;
  readonly tag: string;
  readonly section: Section;
  readonly create: string;
  readonly drop: string;
  readonly copy?: string;
  readonly data?: "rows" | "statements" | "large-objects";
  readonly schema?: string | null;
  readonly owner?: string;
  readonly tablespace?: string;
  readonly tableAccessMethod?: string;
  readonly relkind?: string;
  /** Catalog row shown in listings when it is not the object's own. */
  readonly catalogId?: { readonly classOid: number; readonly oid: number };
  /** Dependencies to record instead of the object's own. */
  readonly dependencies?: readonly CatalogObject[];
  /** Component that must be wanted for it; "definition" when missing. */
  readonly component?: number;
}

/** What follows an object's definition, in this order. */
export type Part =
  | {
      readonly type: "comment";
      readonly target: string;
      readonly tag: string;
      readonly classOid: number;
      readonly oid: number;
      readonly subId?: number;
      /** The object whose entry it belongs to, when that is another. */
      readonly dependsOn?: CatalogObject;
    }
  | {
      readonly type: "security-labels";
      readonly tag: string;
      readonly classOid: number;
      readonly oid: number;
      readonly targets: ReadonlyMap<number, string>;
    }
  | {
      readonly type: "acl";
      readonly objectType: AclObjectType;
      readonly name: string;
      readonly tag: string;
      readonly members?: readonly string[];
    }
  | { readonly type: "column-acls"; readonly name: string; readonly tag: string }
  | { readonly type: "entry"; readonly definition: Definition };

/** The word of GRANT for a class of objects. */
export type AclObjectType =
  | "TABLE"
  | "SEQUENCE"
  | "FUNCTION"
  | "PROCEDURE"
  | "LANGUAGE"
  | "TYPE"
  | "FOREIGN DATA WRAPPER"
  | "FOREIGN SERVER"
  | "SCHEMA"
  | "DATABASE"
  | "LARGE OBJECT";

export interface Description {
  readonly definition: Definition | null;
  readonly parts: readonly Part[];
}

export interface SortKey {
  /** Schema name; null for kinds whose order ignores schemas. */
  readonly schema: string | null;
  readonly name: string;
  /** Compared in turn after schema and name; strings by bytes, numbers by value. */
  readonly ties: readonly (string | number)[];
}

/**
 * A kind of object: how it is read, selected, compared and rendered. The parts that a kind does not need are left out.
 */
export interface ObjectKind<T extends CatalogObject = CatalogObject> {
  readonly kind: KindName;
  readonly reads?: readonly CatalogRead[];
  /** Makes objects that no catalog row stands for, after all details were read. */
  readonly derive?: (context: ReadContext) => void;
  /** Adds dependencies that follow from others, after pg_depend was applied. */
  readonly link?: (context: ReadContext) => void;
  /** Sets `wanted` for one object, after the inventory was read and before details are. */
  readonly select?: (object: T, context: ReadContext) => number;
  /** Corrects `wanted` where objects of the kind depend on each other's; runs once, after `select`. */
  readonly finishSelection?: (context: ReadContext) => void;
  /** "pre-data" unless said otherwise. */
  readonly section?: (object: T) => Section;
  /** Schema and name unless said otherwise. */
  readonly sortKey?: (object: T, inventory: Inventory) => SortKey;
  /** null for objects that are never printed. */
  readonly describe?: (object: T, context: RenderContext) => Description | null;
}

/** Keeps the object type of a kind's functions while the record is typed for everybody. */
export function objectKind<T extends CatalogObject>(kind: ObjectKind<T>): ObjectKind {
  return kind as unknown as ObjectKind;
}
