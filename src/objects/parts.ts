import type { AclObjectType, Part } from "./kind.ts";
import type { CatalogObject } from "./object.ts";

/** How statements name an object. */
export interface Naming {
  /** As COMMENT ON and SECURITY LABEL ON write it: `TABLE public.t`. */
  readonly target: string;
  /** The same without schema, which is the tag of those entries; the target itself for kinds outside schemas. */
  readonly tag?: string;
  /** Kinds that can have a security label. */
  readonly labelled?: boolean;
  /** Kinds that can be granted: the word of GRANT, the name in it, and the tag when it is not the usual one. */
  readonly acl?: { readonly objectType: AclObjectType; readonly name: string; readonly tag?: string };
}

/** Comment, security labels, privileges: what follows the definition of most kinds, in this order. */
export function standardParts(object: CatalogObject, naming: Naming): Part[] {
  const { classOid, oid } = object;
  const tag = naming.tag ?? naming.target;
  const parts: Part[] = [{ type: "comment", target: naming.target, tag, classOid, oid }];
  if (naming.labelled ?? naming.acl !== undefined) {
    parts.push({ type: "security-labels", tag, classOid, oid, targets: new Map([[0, naming.target]]) });
  }
  if (naming.acl !== undefined) {
    parts.push({ type: "acl", objectType: naming.acl.objectType, name: naming.acl.name, tag: naming.acl.tag ?? tag });
  }
  return parts;
}
