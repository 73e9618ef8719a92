import { expect, test } from "vitest";
import { identifierQuoter } from "../../core/identifiers.ts";
import { Inventory } from "../inventory.ts";
import type { RenderContext } from "../kind.ts";
import type { Column, NotNull } from "./column.ts";
import { renderNotNull } from "./not-null.ts";
import type { Relation } from "./relation.ts";

function contextOf(quoteAll: boolean): RenderContext {
  const q = identifierQuoter({ major: 18, quoteAll });
  return { major: 18, inventory: new Inventory(), q } as unknown as RenderContext;
}

function render(constraint: Partial<NotNull>, form: { item: boolean; quoteAll?: boolean }): string {
  const whole: NotNull = { oid: 1, name: "t_a_not_null", isLocal: true, noInherit: false, isValid: true, ...constraint };
  const column = { name: "a", notNullConstraint: whole } as unknown as Column;
  return renderNotNull({ name: "t" } as Relation, column, contextOf(form.quoteAll ?? false), form.item);
}

test("a NOT NULL with the name that the server would choose has no name", () => {
  expect(render({}, { item: false })).toBe("NOT NULL");
  expect(render({}, { item: true })).toBe("NOT NULL a");
});

test("any other name is printed", () => {
  expect(render({ name: "t a" }, { item: false })).toBe('CONSTRAINT "t a" NOT NULL');
});

test("NO INHERIT stands at the end, in items too", () => {
  expect(render({ noInherit: true }, { item: false })).toBe("NOT NULL NO INHERIT");
  expect(render({ noInherit: true }, { item: true })).toBe("NOT NULL a NO INHERIT");
});

test("the name of an item is quoted where it would not load bare, and only there", () => {
  expect(render({ name: "Od d" }, { item: true })).toBe('CONSTRAINT "Od d" NOT NULL a');
  expect(render({ name: "loc" }, { item: true, quoteAll: true })).toBe('CONSTRAINT loc NOT NULL "a"');
});
