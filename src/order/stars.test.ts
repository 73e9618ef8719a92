import { describe, expect, it } from "vitest";
import { testObject } from "../../test/support/object.ts";
import type { CatalogObject, LoopRole } from "../objects/object.ts";
import { openStars } from "./stars.ts";

describe("loops of a table with its parts", () => {
  const objects: CatalogObject[] = [];
  const add = (loopRole: LoopRole, partOf: CatalogObject | null = null): CatalogObject => {
    const object = testObject("relation", { loopRole, dumpId: objects.length + 1, partOf });
    objects.push(object);
    if (partOf !== null) {
      object.dependencies.push(partOf, partOf);
      partOf.dependencies.push(object);
    }
    return object;
  };
  const plain = add("table");
  const [aDefault, aCheck] = [add("column-default", plain), add("table-check", plain)];
  const schema = add("other");
  aDefault.dependencies.push(schema);
  // Its default calls a function that needs the table.
  const calling = add("table");
  const [itsDefault, itsCheck] = [add("column-default", calling), add("table-check", calling)];
  const routine = add("function");
  itsDefault.dependencies.push(routine);
  routine.dependencies.push(calling);
  // The function needs a type, too, which needs the function.
  const entangled = add("table");
  const [callingDefault, itsOtherCheck] = [add("column-default", entangled), add("table-check", entangled)];
  const [calledBoth, type] = [add("function"), add("type")];
  callingDefault.dependencies.push(calledBoth);
  calledBoth.dependencies.push(entangled, type);
  type.dependencies.push(calledBoth);
  // One that needs itself, as partitioned tables may.
  const own = add("table");
  own.dependencies.push(own);
  const ownDefault = add("column-default", own);
  // One whose parts need each other.
  const knotted = add("table");
  const [first, second] = [add("column-default", knotted), add("table-check", knotted)];
  first.dependencies.push(second);
  second.dependencies.push(first);
  const others = [entangled, callingDefault, itsOtherCheck, calledBoth, type, own, ownDefault, knotted, first, second];
  const before = others.map(({ dependencies }) => [...dependencies]);
  const left = openStars(objects, {
    postDataBoundary: schema,
    onDiagnostic: ({ message }) => expect.unreachable(message),
    describe: () => "",
  });

  it("are opened: the parts need the table no more, and stand inside it", () => {
    expect(aDefault.dependencies).toEqual([schema]);
    expect(aCheck.dependencies).toEqual([]);
    expect(plain.dependencies).toEqual([aDefault, aCheck]);
    expect([aDefault.separate, aCheck.separate]).toEqual([false, false]);
    expect(left).not.toContain(plain);
  });

  it("are opened beside longer ones through the table, which are left", () => {
    expect(itsCheck.dependencies).toEqual([]);
    expect(itsDefault.dependencies).toEqual([calling, calling, routine]);
    expect(left.slice(0, 3)).toEqual([calling, routine, itsDefault]);
  });

  it("are left alone where a loop does not go through the table", () => {
    expect(others.map(({ dependencies }) => dependencies)).toEqual(before);
    expect(left.slice(3)).toEqual(others);
  });
});
