import type { Inventory } from "../objects/inventory.ts";
import type { SortKey } from "../objects/kind.ts";
import type { CatalogObject } from "../objects/object.ts";
import { kindOf } from "../objects/registry.ts";
import { priorityOfObject, rankInRow } from "./priorities.ts";

/** From here on UTF-16 units are in another order than the code points that they stand for. */
const SURROGATES = 0xd800;

/** Names compare by the bytes of their UTF-8 form, which JavaScript's own comparison of strings does not. */
function compareNames(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const [unitOfA, unitOfB] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (unitOfA === unitOfB) continue;
    if (unitOfA >= SURROGATES && unitOfB >= SURROGATES) return Buffer.compare(Buffer.from(a), Buffer.from(b));
    return unitOfA - unitOfB;
  }
  return a.length - b.length;
}

function compareParts(a: string | number | undefined, b: string | number | undefined): number {
  if (typeof a === "string" && typeof b === "string") return compareNames(a, b);
  return Number(a ?? -1) - Number(b ?? -1);
}

interface Positioned {
  readonly object: CatalogObject;
  readonly key: SortKey;
}

const NO_TIES: SortKey["ties"] = [];

/** Of objects of one priority. */
function compare(a: Positioned, b: Positioned): number {
  if (a.key.schema !== b.key.schema) {
    if (a.key.schema === null) return 1;
    if (b.key.schema === null) return -1;
    return compareNames(a.key.schema, b.key.schema);
  }
  const byName = compareNames(a.key.name, b.key.name);
  if (byName !== 0) return byName;
  const byRank = rankInRow(a.object.kind) - rankInRow(b.object.kind);
  if (byRank !== 0) return byRank;
  for (let at = 0; at < Math.max(a.key.ties.length, b.key.ties.length); at++) {
    const byTie = compareParts(a.key.ties[at], b.key.ties[at]);
    if (byTie !== 0) return byTie;
  }
  return a.object.oid - b.object.oid;
}

/** Objects by kind, schema, name and each kind's tie-breaks: the order that the topological sort then disturbs as little as it can. */
export function inBaseOrder(objects: readonly CatalogObject[], inventory: Inventory): CatalogObject[] {
  const rows = new Map<number, CatalogObject[]>();
  for (const object of objects) {
    const priority = priorityOfObject(object);
    const row = rows.get(priority);
    if (row === undefined) rows.set(priority, [object]);
    else row.push(object);
  }
  const inOrder = [...rows].sort(([a], [b]) => a - b);
  return inOrder.flatMap(([, row]) => sortRow(row, inventory));
}

function sortRow(objects: readonly CatalogObject[], inventory: Inventory): CatalogObject[] {
  return objects
    .map((object): Positioned => {
      const key = kindOf(object.kind).sortKey?.(object, inventory);
      return { object, key: key ?? { schema: object.schema?.name ?? null, name: object.name, ties: NO_TIES } };
    })
    .sort(compare)
    .map(({ object }) => object);
}
