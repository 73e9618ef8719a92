import { describe, expect, it } from "vitest";
import { Inventory } from "../inventory.ts";
import type { ReadContext } from "../kind.ts";
import { ALL_COMPONENTS } from "../object.ts";
import type { Relation } from "./relation.ts";
import { sequenceValue } from "./sequence.ts";

describe("values of sequences", () => {
  it("are asked for in statements that the server can parse, each sequence once", () => {
    const inventory = new Inventory();
    const names = Array.from({ length: 1201 }, (_, at) => `s${at.toString()}`);
    names.forEach((name, at) =>
      inventory.add({
        kind: "relation",
        relkind: "S",
        classOid: 1259,
        oid: 20_000 + at,
        name,
        wanted: ALL_COMPONENTS,
      } as unknown as Relation),
    );
    const selection = { dataWanted: true, excludedTableData: new Set() };
    const statements = sequenceValue.reads?.[0]?.query({ inventory, selection, major: 17 } as unknown as ReadContext);
    expect(statements).toHaveLength(3);
    const asked = [statements ?? ""].flat().map((statement) => statement.match(/"s\d+"/g) ?? []);
    expect(Math.max(...asked.map((list) => list.length))).toBeLessThanOrEqual(500);
    expect(asked.flat()).toEqual(names.map((name) => `"${name}"`));
  });
});
