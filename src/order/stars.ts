import type { CatalogObject } from "../objects/object.ts";
import { findComponents } from "./components.ts";
import { repairLoop } from "./repair.ts";
import type { RepairContext } from "./repair.ts";
import { idsEnd } from "./topological.ts";

/** A component all of whose loops go through one owner of parts. */
interface Star {
  readonly owner: CatalogObject;
  /** Parts that need nothing else in the component. */
  readonly parts: readonly CatalogObject[];
  /** What is in longer loops, with the owner: the sequence of a column and its default. */
  readonly others: readonly CatalogObject[];
}

/**
 * Opens the loops that nearly all are: a table and its defaults and checks, each of which needs the table as the table needs it. Where all
 * loops of a component go through the table, these are known without a search, and no other loop minds in which order they are opened.
 * Gives the members of all loops that are left.
 */
export function openStars(objects: readonly CatalogObject[], context: RepairContext): CatalogObject[] {
  const { of: groups, members } = findComponents(objects, idsEnd(objects), () => false);
  const components: CatalogObject[][] = [];
  for (const member of members) (components[(groups[member.dumpId] ?? 0) - 1] ??= []).push(member);
  return components.flatMap((component) => {
    const star = readStar(component, groups);
    if (star === null) return component;
    const { owner, parts, others } = star;
    for (const part of parts) repairLoop([owner, part], context);
    return others.length === 0 ? [] : [owner, ...others];
  });
}

/** Null when it is none. */
function readStar(component: readonly CatalogObject[], groups: Int32Array): Star | null {
  const group = groups[component[0]?.dumpId ?? 0];
  const owner = component.find(({ partOf }) => partOf !== null && groups[partOf.dumpId] === group)?.partOf ?? null;
  if (owner === null || owner.dependencies.includes(owner)) return null;
  const parts: CatalogObject[] = [];
  const others: CatalogObject[] = [];
  const entangled: CatalogObject[] = [];
  for (const member of component) {
    if (member === owner) continue;
    const needsOwnerOnly = member.dependencies.every((one) => one === owner || groups[one.dumpId] !== group);
    if (!needsOwnerOnly) entangled.push(member);
    else (member.partOf === owner ? parts : others).push(member);
  }
  const allThroughOwner = entangled.every(
    ({ partOf, dependencies }) =>
      partOf === owner && dependencies.every((one) => one === owner || others.includes(one) || groups[one.dumpId] !== group),
  );
  return allThroughOwner ? { owner, parts, others: [...others, ...entangled] } : null;
}
