import type { Inventory } from "../inventory.ts";
import { component, wants } from "../object.ts";
import type { Relation, Relkind } from "./relation.ts";

/** Found once for all reads of the details; what is wanted does not change any more then. */
const known = new WeakMap<Inventory, readonly Relation[]>();

/**
 * The relations whose columns and other details are read: every one of which something is wanted, the ancestors of those, whose columns
 * decide what a child prints, and the owners of wanted sequences, whose defaults take part in the order.
 */
export function detailedRelations(inventory: Inventory): readonly Relation[] {
  let relations = known.get(inventory);
  if (relations === undefined) known.set(inventory, (relations = findDetailed(inventory)));
  return relations;
}

function findDetailed(inventory: Inventory): Relation[] {
  const found = new Set<Relation>();
  const visit = (relation: Relation): void => {
    if (found.has(relation)) return;
    found.add(relation);
    relation.parents.forEach(visit);
  };
  for (const relation of inventory.ofKind<Relation>("relation")) {
    if (relation.wanted === 0 || relation.relkind === "c") continue;
    const detailed = relation.relkind === "S" ? inventory.relation(relation.ownedBy?.relation ?? 0) : relation;
    if (detailed !== undefined) visit(detailed);
  }
  return [...found].sort((a, b) => a.oid - b.oid);
}

/** OIDs of the relations of some relkinds whose definition is wanted. */
export function definedRelations(inventory: Inventory, relkinds: string): Relation[] {
  const isOne = (relkind: Relkind): boolean => relkinds.includes(relkind);
  return inventory.ofKind<Relation>("relation").filter((relation) => isOne(relation.relkind) && wants(relation, component.definition));
}
