import type { ReadContext } from "../kind.ts";
import { component, wants } from "../object.ts";
import type { Type, TypeVariant } from "./type.ts";

/** The types of one variant whose definition is wanted. */
export function wantedTypes({ inventory }: ReadContext, variant: TypeVariant): Type[] {
  return inventory.ofKind<Type>("type").filter((type) => type.variant === variant && !type.isDummy && wants(type, component.definition));
}
