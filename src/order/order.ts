import type { Diagnostic } from "../core/diagnostics.ts";
import { theBoundary } from "../objects/boundary.ts";
import type { Inventory } from "../objects/inventory.ts";
import type { CatalogObject, LoopRole } from "../objects/object.ts";
import { kindOf, registry } from "../objects/registry.ts";
import type { KindName } from "../objects/kind.ts";
import { inBaseOrder } from "./compare.ts";
import { LoopFinder } from "./loops.ts";
import { repairLoop } from "./repair.ts";
import type { RepairContext } from "./repair.ts";
import { withoutSilent } from "./silent.ts";
import { openStars } from "./stars.ts";
import { sortTopologically } from "./topological.ts";

/** Parts printed inside their owner are on no side of the boundaries. */
const INLINE_ROLES: readonly LoopRole[] = ["view-rule", "table-check", "domain-check"];

/** Pushing to a list, or spreading it, would give it room for sixteen more: there are as many lists as objects. */
function addBoundaryDependencies(objects: readonly CatalogObject[], pre: CatalogObject, post: CatalogObject): void {
  for (const object of objects) {
    if (INLINE_ROLES.includes(object.loopRole) && !object.separate) continue;
    switch (kindOf(object.kind).section?.(object) ?? "pre-data") {
      case "pre-data":
        pre.dependencies.push(object);
        break;
      case "data":
        object.dependencies = object.dependencies.concat(pre);
        post.dependencies.push(object);
        break;
      case "post-data":
        object.dependencies = object.dependencies.concat(post);
        break;
      case "none":
        break;
    }
  }
  post.dependencies.push(pre);
}

/** All objects of an inventory, numbered in the order of collection. */
export function numberObjects(inventory: Inventory): CatalogObject[] {
  const objects = (Object.keys(registry) as KindName[]).flatMap((kind) => inventory.ofKind(kind));
  objects.forEach((object, at) => (object.dumpId = at + 1));
  return objects;
}

export interface OrderOptions {
  readonly onDiagnostic: (diagnostic: Diagnostic) => void;
  /** How messages name an object. */
  readonly describe: (object: CatalogObject) => string;
}

/**
 * The objects in the order in which they are dumped: by kind and name, disturbed as little as dependencies demand. Loops are opened by
 * splitting or moving objects, which sets their `separate`, `postponed` and the like. Those that print nothing may be left out.
 */
export function orderObjects(inventory: Inventory, options: OrderOptions): CatalogObject[] {
  const objects = numberObjects(inventory);
  const pre = theBoundary(inventory, "pre-data-boundary");
  const post = theBoundary(inventory, "post-data-boundary");
  addBoundaryDependencies(objects, pre, post);
  const context = { ...options, postDataBoundary: post };
  // Hardly a database is without loops of tables; those through the boundaries are few, and a sort narrows them down.
  const inLoops = openStars(objects, context);
  if (!inLoops.some(({ kind }) => isBoundary(kind))) {
    openLoops(inLoops, context);
    const { sorted, leftovers } = sortTopologically(inBaseOrder(withoutSilent(objects), inventory));
    if (leftovers.length === 0) return [...sorted];
  }
  const baseOrder = inBaseOrder(objects, inventory);
  for (;;) {
    const { sorted, leftovers } = sortTopologically(baseOrder);
    if (leftovers.length === 0) return [...sorted];
    openLoops(leftovers, context);
  }
}

/**
 * Opens loops among these objects, round by round. Sorting again after a round would only leave out what is in no loop any more, which the
 * next round finds out by itself; only a repair that leads to what none of them needed may close a loop elsewhere.
 */
function openLoops(objects: readonly CatalogObject[], context: RepairContext): void {
  const within = new Set(objects);
  for (const { dependencies } of objects) for (const one of dependencies) within.add(one);
  const finder = new LoopFinder(objects);
  for (;;) {
    const members = finder.nextRound().flatMap((ring) => {
      repairLoop(ring, context);
      return ring;
    });
    // Boundaries only lose dependencies, and have thousands.
    const leadsOut = members.some(({ kind, dependencies }) => !isBoundary(kind) && dependencies.some((one) => !within.has(one)));
    if (members.length === 0 || leadsOut) return;
  }
}

function isBoundary(kind: KindName): boolean {
  return kind === "pre-data-boundary" || kind === "post-data-boundary";
}
