import { describe, expect, it } from "vitest";
import { testObject } from "../../test/support/object.ts";
import type { KindName } from "../objects/kind.ts";
import type { CatalogObject } from "../objects/object.ts";
import { withoutSilent } from "./silent.ts";

let lastId = 0;

function object(kind: KindName, dependencies: CatalogObject[], more: object = {}): CatalogObject {
  return testObject(kind, { dumpId: ++lastId, ...more, dependencies });
}

describe("objects that print nothing", () => {
  const table = object("relation", []);
  const enumType = object("type", [], { isDummy: false });

  it("are the parts inside their owner's text, and types that come with something else", () => {
    const rowType = object("type", [table], { isDummy: true });
    const silent = [
      object("column-default", [enumType]),
      object("check-constraint", []),
      rowType,
      object("type", [rowType], { isDummy: true }),
    ];
    expect(withoutSilent([table, enumType, ...silent])).toEqual([table, enumType]);
  });

  it("are not those that are entries of their own", () => {
    const separate = [object("column-default", [table], { separate: true }), object("check-constraint", [table], { separate: true })];
    expect(withoutSilent([enumType, ...separate])).toEqual([enumType, ...separate]);
  });

  it("stay where what they need comes later, which they then hold up", () => {
    const trigger = object("trigger", []);
    const holding = [
      object("column-default", [trigger]),
      object("type", [object("column-default", [], { separate: true })], { isDummy: true }),
    ];
    expect(withoutSilent(holding)).toEqual(holding);
  });

  it("stay where they need one of a later kind, which may need them", () => {
    const [check, type] = [object("check-constraint", []), object("type", [], { isDummy: true })];
    check.dependencies.push(type);
    type.dependencies.push(check);
    expect(withoutSilent([check, type])).toEqual([type]);
  });

  it("stay where they need each other", () => {
    const [one, other] = [object("type", [], { isDummy: true }), object("type", [], { isDummy: true })];
    one.dependencies.push(other);
    other.dependencies.push(one);
    expect(withoutSilent([one, other])).toContain(one);
  });
});
