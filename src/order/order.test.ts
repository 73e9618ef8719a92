import { describe, expect, it } from "vitest";
import { testObject } from "../../test/support/object.ts";
import { postDataBoundary, preDataBoundary } from "../objects/boundary.ts";
import { Inventory } from "../objects/inventory.ts";
import type { KindName, ReadContext } from "../objects/kind.ts";
import type { CatalogObject, LoopRole } from "../objects/object.ts";
import { orderObjects } from "./order.ts";

describe("the order of objects", () => {
  const inventory = new Inventory();
  const add = (kind: KindName, loopRole: LoopRole, name: string, more: object = {}): CatalogObject =>
    inventory.add(testObject(kind, { name, loopRole, ...more }));

  it("opens a loop for each of many views that need a primary key, and does not sort once for each", () => {
    for (const { derive } of [preDataBoundary, postDataBoundary]) derive?.({ inventory } as ReadContext);
    const count = 50;
    const rules: CatalogObject[] = [];
    for (let at = 0; at < count; at++) {
      const table = add("relation", "table", `t${at.toString()}`);
      const key = add("index-constraint", "other", `k${at.toString()}`, { index: { table }, dependencies: [table], separate: true });
      const view = add("relation", "view", `v${at.toString()}`);
      const rule = add("rule", "view-rule", "_RETURN", { table: view, partOf: view, dependencies: [view, table, key] });
      view.dependencies.push(rule);
      rules.push(rule);
    }
    const bystander = add("relation", "table", "bystander");
    let reads = 0;
    const none: CatalogObject[] = [];
    Object.defineProperty(bystander, "dependencies", { get: () => (reads++, none) });
    const sorted = orderObjects(inventory, { onDiagnostic: ({ message }) => expect.unreachable(message), describe: ({ name }) => name });
    // A sort reads dependencies twice, and so do the few searches for components.
    expect(reads).toBeLessThan(count / 2);
    expect(sorted).toHaveLength(4 * count + 3);
    for (const rule of rules) {
      expect(rule.separate).toBe(true);
      for (const needed of rule.dependencies) expect(sorted.indexOf(needed)).toBeLessThan(sorted.indexOf(rule));
    }
  });
});
