import type { RenderContext } from "../kind.ts";

/** A function that another object calls; it need not be an object of the dump. */
export interface FunctionReference {
  readonly schema: { readonly name: string };
  readonly name: string;
  /** OIDs of the types of its input arguments. */
  readonly argumentTypes: readonly number[];
}

/** `schema.name(integer, text)`, as casts and transforms name their functions; qualified even in pg_catalog. */
export function functionReference(reference: FunctionReference, { qualified, inventory }: RenderContext): string {
  return `${qualified(reference)}(${reference.argumentTypes.map((oid) => inventory.typeName(oid).formatted).join(", ")})`;
}
