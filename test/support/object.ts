import type { KindName } from "../../src/objects/kind.ts";
import { newObjectState } from "../../src/objects/object.ts";
import type { CatalogObject } from "../../src/objects/object.ts";

/** An object for tests: without name, row, owner and dependencies, but for what is given. */
export function testObject(kind: KindName, given: Partial<CatalogObject> & Readonly<Record<string, unknown>>): CatalogObject {
  return {
    kind,
    classOid: 0,
    oid: 0,
    name: "",
    schema: null,
    owner: "",
    acl: null,
    loopRole: "other",
    ...newObjectState(),
    ...given,
  };
}
