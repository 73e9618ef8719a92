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
    expect(parseNamePattern(pattern, 3)).toEqual(expected);
  });

  it("refuses more parts than the kind of name has", () => {
    expect(() => parseNamePattern("a.b.c.d", 3)).toThrow("improper qualified name (too many dotted names): a.b.c.d");
    expect(() => parseNamePattern("a.b", 1)).toThrow("too many dotted names");
  });
});
