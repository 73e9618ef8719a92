import type { CatalogObject } from "../objects/object.ts";
import { findComponents } from "./components.ts";
import type { Components } from "./components.ts";
import { repairLoop } from "./repair.ts";
import type { RepairContext } from "./repair.ts";

/** An owner and parts of it that need nothing else in their component; null when it turns out not to be one. */
interface Star {
  owner: CatalogObject | null;
  readonly parts: CatalogObject[];
}

/**
 * Opens the loops that nearly all are: a table and its defaults and checks, each of which needs the table as the table needs it. Where a
 * component is no more than that, its loops are known without a search, and no other loop minds in which order they are opened.
 */
export function openStars(objects: readonly CatalogObject[], context: RepairContext): void {
  const size = 1 + objects.reduce((largest, { dumpId }) => Math.max(largest, dumpId), 0);
  for (const star of findStars(findComponents(objects, size, () => false))) {
    if (star === null || star.owner === null) continue;
    for (const part of star.parts) repairLoop([star.owner, part], context);
  }
}

/** By the component's number less 1. */
function findStars({ of: groups, members }: Components): (Star | null)[] {
  const stars: (Star | null)[] = [];
  for (const member of members) {
    const group = groups[member.dumpId] ?? 0;
    let star = stars[group - 1];
    if (star === null) continue;
    if (star === undefined) stars[group - 1] = star = { owner: null, parts: [] };
    const { partOf } = member;
    const isPart = partOf !== null && groups[partOf.dumpId] === group && needsNothingElse(member, partOf, groups);
    if (isPart) star.parts.push(member);
    else if (star.owner === null && !member.dependencies.includes(member)) star.owner = member;
    else stars[group - 1] = null;
  }
  return stars.map((star) => (star !== null && star.parts.every(({ partOf }) => partOf === star.owner) ? star : null));
}

function needsNothingElse(part: CatalogObject, owner: CatalogObject, groups: Int32Array): boolean {
  const group = groups[part.dumpId];
  return part.dependencies.every((one) => one === owner || groups[one.dumpId] !== group);
}
