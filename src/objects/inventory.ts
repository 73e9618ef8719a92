import { PgstowError } from "../core/errors.ts";
import type { ExtensionDependencyRow } from "../facets/dependency.ts";
import type { KindName } from "./kind.ts";
import type { CatalogObject } from "./object.ts";
import type { Schema } from "./schema.ts";
import type { Extension } from "./extension.ts";
import type { Relation } from "./relation/relation.ts";
import type { PlannerStatistics } from "./relation/relation-statistics.ts";

/** Name of a type as the base order compares it, and as SQL writes it without its modifier. */
export interface TypeName {
  readonly schema: string;
  readonly name: string;
  readonly formatted: string;
}

/** One label of an object or of its column. */
export interface SecurityLabel {
  readonly subId: number;
  readonly provider: string;
  readonly label: string;
}

/** Everything that was read of one database under one snapshot. */
export class Inventory {
  readonly #byKind = new Map<KindName, CatalogObject[]>();
  readonly #byIdentity = new Map<number, Map<number, CatalogObject>>();
  /** Role names by OID. */
  readonly roles = new Map<number, string>();
  /** All types, also those of the system that are no objects here. */
  readonly typeNames = new Map<number, TypeName>();
  /** All schemas, by OID. */
  readonly schemas = new Map<number, Schema>();
  /** Comments of user objects by catalog, row and sub-object (column number). */
  readonly comments = new Map<number, Map<number, Map<number, string>>>();
  /** Security labels in the same way, each with its provider. */
  readonly securityLabels = new Map<number, Map<number, SecurityLabel[]>>();
  /** Privileges that an object had at the end of initdb or of CREATE EXTENSION, as ACL items, by catalog and row. */
  readonly initialPrivileges = new Map<number, Map<number, readonly string[]>>();
  /** What the planner knows, by OID of the relation; only when that is wanted. */
  readonly statistics = new Map<number, PlannerStatistics>();
  /** There are subscriptions, and they may be read. */
  readsSubscriptions = false;
  /** pg_depend, until it is applied: five numbers for each row, since as many objects would take several times the memory. */
  dependencyRows: number[] = [];
  /** What was made to depend on which extension, until it is applied. */
  extensionDependencyRows: readonly ExtensionDependencyRow[] = [];
  /** Which extension an object belongs to, by catalog and row. */
  readonly extensionMembers = new Map<number, Map<number, Extension>>();

  /** Adds an object; one with a catalog row can be found by it. */
  add<T extends CatalogObject>(object: T): T {
    this.ofKind(object.kind).push(object);
    if (object.oid !== 0 && object.classOid !== 0) {
      let rows = this.#byIdentity.get(object.classOid);
      if (rows === undefined) this.#byIdentity.set(object.classOid, (rows = new Map<number, CatalogObject>()));
      rows.set(object.oid, object);
    }
    const extension = this.extensionMembers.get(object.classOid)?.get(object.oid);
    if (extension !== undefined && object.classOid !== 0) {
      object.extension = extension;
      object.dependencies.push(extension);
    }
    return object;
  }

  /** The list of one kind's objects in the order of collection; the same array every time. */
  ofKind<T extends CatalogObject>(kind: T["kind"]): T[] {
    let list = this.#byKind.get(kind);
    if (list === undefined) this.#byKind.set(kind, (list = []));
    return list as T[];
  }

  /** How many objects there are. */
  get count(): number {
    return [...this.#byKind.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /** Whether an object has a comment, or a part of it. */
  hasComment(classOid: number, oid: number): boolean {
    return this.comments.get(classOid)?.has(oid) === true;
  }

  find(classOid: number, oid: number): CatalogObject | undefined {
    return this.#byIdentity.get(classOid)?.get(oid);
  }

  relation(oid: number): Relation | undefined {
    return this.find(1259, oid) as Relation | undefined;
  }

  /** The schema of a row; a dangling reference is broken catalogs. */
  schema(oid: number): Schema {
    const schema = this.schemas.get(oid);
    if (schema === undefined) throw new PgstowError("catalog", `schema with OID ${oid.toString()} does not exist`);
    return schema;
  }

  /** The role of a row, which must exist: without it neither owner nor grants could be restored. */
  role(oid: number): string {
    const name = this.roles.get(oid);
    if (name === undefined) throw new PgstowError("catalog", `role with OID ${oid.toString()} does not exist`);
    return name;
  }

  typeName(oid: number): TypeName {
    return this.typeNames.get(oid) ?? { schema: "", name: oid.toString(), formatted: oid === 0 ? "-" : "???" };
  }
}
