import { describe, expect, it } from "vitest";
import { parseNamePattern } from "./pattern.ts";

describe("name patterns", () => {
  it.each([
    ["orders", { database: null, schema: null, name: "^(orders)$" }],
    ["Orders", { database: null, schema: null, name: "^(orders)$" }],
    ['"Orders"', { database: null, schema: null, name: "^(Orders)$" }],
    ["app.ord*", { database: null, schema: "^(app)$", name: "^(ord.*)$" }],
    ["t?", { database: null, schema: null, name: "^(t.)$" }],
    ['"a.b"."c*d"', { database: null, schema: "^(a\\.b)$", name: "^(c\\*d)$" }],
    ["a$b", { database: null, schema: null, name: "^(a\\$b)$" }],
    ["t[0-9]|u", { database: null, schema: null, name: "^(t[0-9]|u)$" }],
    ['"say ""hi"""', { database: null, schema: null, name: '^(say "hi")$' }],
    ["db.app.t", { database: "^(db)$", schema: "^(app)$", name: "^(t)$" }],
  ])("%s", (pattern, expected) => {
    expect(parseNamePattern(pattern, "relation")).toEqual(expected);
  });

  it("refuses more parts than the kind of name has", () => {
    expect(() => parseNamePattern("a.b.c.d", "relation")).toThrow("improper relation name (too many dotted names): a.b.c.d");
    expect(() => parseNamePattern("a.b", "other")).toThrow("improper qualified name (too many dotted names): a.b");
  });

  it("takes what stands before a schema for a database", () => {
    expect(parseNamePattern("shop.app", "schema")).toEqual({ database: "^(shop)$", schema: null, name: "^(app)$" });
  });
});
