import type { CatalogObject } from "../objects/object.ts";
import { isDummyType, priorityOfObject } from "./priorities.ts";
import { idsEnd } from "./topological.ts";

const [UNKNOWN, NO, YES] = [0, 1, 2];

/**
 * The objects without those that print nothing and can stand for what they need: parts inside their owner's text, and types that come
 * with something else. The topological sort takes an object up as soon as all that need it are placed and nothing later in the base order
 * is left; where its own needs come earlier there, it holds none of them up. So the others come in the same order without it, if
 * whoever needs it needs what it needs instead. In most databases this is more than half of all objects.
 */
export function withoutSilent(objects: readonly CatalogObject[]): CatalogObject[] {
  /** By dumpId. */
  const answers = new Uint8Array(idsEnd(objects));
  const isSilent = (object: CatalogObject): boolean => {
    if (!printsNothing(object)) return false;
    const known = answers[object.dumpId];
    if (known !== UNKNOWN) return known === YES;
    // Until it is known: so one in a loop is none.
    answers[object.dumpId] = NO;
    const priority = priorityOfObject(object);
    const answer = object.dependencies.every((one) => {
      const itsPriority = priorityOfObject(one);
      return itsPriority < priority || (itsPriority === priority && isSilent(one));
    });
    if (answer) answers[object.dumpId] = YES;
    return answer;
  };
  return objects.filter((object) => !isSilent(object));
}

function printsNothing(object: CatalogObject): boolean {
  return ((object.kind === "column-default" || object.kind === "check-constraint") && !object.separate) || isDummyType(object);
}
