import { expect, test } from "vitest";
import { identifierQuoter } from "../core/identifiers.ts";
import { quoteLiteral } from "../core/literals.ts";
import type { RenderContext } from "./kind.ts";
import type { Subscription } from "./subscription.ts";
import { subscription } from "./subscription.ts";

const quiet = {
  is_binary: false,
  streaming: "f",
  two_phase: "d",
  disable_on_error: false,
  password_required: true,
  run_as_owner: false,
  failover: false,
  synchronous_commit: "off",
  origin: "any",
};

function render(major: number, settings: Partial<Subscription["settings"]>, slotName: string | null = "s"): string {
  const context = { major, q: identifierQuoter({ major, quoteAll: false }), literal: (text: string) => quoteLiteral(text) };
  const object = { name: "S 1", connection: "dbname='x'", publications: ["p", "Pub 2"], slotName, settings: { ...quiet, ...settings } };
  const description = subscription.describe?.(object as unknown as Subscription, context as unknown as RenderContext);
  return description?.definition?.create ?? "";
}

test("a subscription never connects when it is restored", () => {
  expect(render(15, {})).toBe(
    `CREATE SUBSCRIPTION "S 1" CONNECTION 'dbname=''x''' PUBLICATION p, "Pub 2" WITH (connect = false, slot_name = 's');\n`,
  );
});

test("a subscription without slot says so", () => {
  expect(render(15, {}, null)).toContain("slot_name = NONE)");
});

test("options stand in pg_dump's order", () => {
  const all = { is_binary: true, streaming: "p", two_phase: "e", disable_on_error: true, password_required: false, run_as_owner: true };
  expect(render(17, { ...all, failover: true, synchronous_commit: "on", origin: "none" })).toContain(
    `binary = true, streaming = parallel, two_phase = on, disable_on_error = true, password_required = false, run_as_owner = true, failover = true, synchronous_commit = "on", origin = none)`,
  );
});

test("from 18 on streaming is always spelled out, since its default changed", () => {
  expect(render(18, {})).toContain("streaming = off");
  expect(render(17, {})).not.toContain("streaming");
});
