import { objectKind } from "../kind.ts";
import type { ReadContext } from "../kind.ts";
import { component, newObjectState, NO_COMPONENTS, wants } from "../object.ts";
import type { CatalogObject } from "../object.ts";
import type { Type } from "./type.ts";

/** `CREATE TYPE name;`, printed only when functions need the type before its definition. */
export interface ShellType extends CatalogObject {
  readonly kind: "shell-type";
  readonly type: Type;
}

function derive({ inventory }: ReadContext): void {
  for (const type of inventory.ofKind<Type>("type")) {
    const isShellable = !type.isDummy && (type.variant === "base" || type.variant === "range");
    if (!isShellable || !wants(type, component.definition)) continue;
    type.shell = inventory.add<ShellType>({
      kind: "shell-type",
      classOid: 0,
      oid: 0,
      name: type.name,
      schema: type.schema,
      owner: "",
      acl: null,
      loopRole: "other",
      type,
      ...newObjectState(),
      wanted: NO_COMPONENTS,
    });
  }
}

export const shellType = objectKind<ShellType>({
  kind: "shell-type",
  derive,
  describe: (object, { qualified }) => ({
    definition: {
      kind: "SHELL TYPE",
      tag: object.name,
      section: "pre-data",
      owner: object.type.owner,
      create: `CREATE TYPE ${qualified(object)};\n`,
      drop: "",
    },
    parts: [],
  }),
});
