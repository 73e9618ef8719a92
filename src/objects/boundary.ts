import { objectKind } from "./kind.ts";
import type { KindName, ReadContext } from "./kind.ts";
import { newObjectState } from "./object.ts";
import type { CatalogObject } from "./object.ts";

/** The invisible line before the data section, or the one after it. Every object of a section stands on its side of them. */
export interface Boundary extends CatalogObject {
  readonly kind: "pre-data-boundary" | "post-data-boundary";
}

function boundary(kind: Boundary["kind"]) {
  return objectKind<Boundary>({
    kind,
    derive: ({ inventory }: ReadContext) => {
      inventory.add<Boundary>({
        kind,
        classOid: 0,
        oid: 0,
        name: kind,
        schema: null,
        owner: "",
        acl: null,
        loopRole: kind,
        ...newObjectState(),
      });
    },
    section: () => "none",
    sortKey: () => ({ schema: null, name: "", ties: [] }),
  });
}

export const preDataBoundary = boundary("pre-data-boundary");
export const postDataBoundary = boundary("post-data-boundary");

/** The one object of a boundary's kind. */
export function theBoundary(inventory: ReadContext["inventory"], kind: Extract<KindName, Boundary["kind"]>): CatalogObject {
  const [found] = inventory.ofKind(kind);
  if (found === undefined) throw new Error(`${kind} was not made`);
  return found;
}
