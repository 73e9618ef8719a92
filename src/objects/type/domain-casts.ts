import type { ReadContext } from "../kind.ts";
import type { CatalogObject } from "../object.ts";
import type { Cast } from "../routine/cast.ts";
import type { Routine } from "../routine/function.ts";
import type { Type } from "./type.ts";

/**
 * Casts that a domain's default or checks stand for. The catalogs know only the function behind a cast, so that pg_dump prints the
 * domain before the cast and its text does not load. A function that the text does not name is used through its cast.
 */
export function linkDomainCasts({ inventory }: ReadContext): void {
  const casts = castsByFunction(inventory.ofKind<Cast>("cast"));
  if (casts.size === 0) return;
  for (const domain of inventory.ofKind<Type>("type")) {
    if (domain.domain === null) continue;
    addCasts(domain, domain.domain.default ?? "", casts);
    for (const constraint of domain.constraints) {
      if (!constraint.separate) addCasts(constraint, constraint.text, casts);
    }
  }
}

function castsByFunction(casts: readonly Cast[]): ReadonlyMap<CatalogObject, readonly Cast[]> {
  const byFunction = new Map<CatalogObject, Cast[]>();
  for (const cast of casts) {
    const used = cast.dependencies.find((dependency) => dependency.kind === "function");
    if (used !== undefined) byFunction.set(used, [...(byFunction.get(used) ?? []), cast]);
  }
  return byFunction;
}

function addCasts(object: CatalogObject, text: string, casts: ReadonlyMap<CatalogObject, readonly Cast[]>): void {
  const hidden = object.dependencies.filter((dependency) => dependency.kind === "function" && !text.includes((dependency as Routine).name));
  const needed = hidden.flatMap((routine) => casts.get(routine) ?? []).filter((cast) => !reaches(cast, object));
  object.dependencies.push(...needed);
}

/** Whether something needs an object, at any remove: then it cannot come before it. */
function reaches(from: CatalogObject, object: CatalogObject): boolean {
  const visited = new Set<CatalogObject>([from]);
  for (const one of visited) {
    if (one === object) return true;
    for (const dependency of one.dependencies) visited.add(dependency);
  }
  return false;
}
