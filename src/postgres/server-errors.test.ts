import { describe, expect, it } from "vitest";
import { describeStatement } from "./server-errors.ts";

describe("a statement in a message", () => {
  it.each([
    String.raw`CREATE USER MAPPING FOR a SERVER s OPTIONS (password E'SEC\\RE''T');`,
    "CREATE USER MAPPING FOR a SERVER s OPTIONS (\n    access_key 'SECRET'\n);",
    "CREATE SUBSCRIPTION s CONNECTION 'host=h password=''SEC RET''' PUBLICATION p;",
    "CREATE SUBSCRIPTION s CONNECTION 'postgresql://u:SECRET@h/d' PUBLICATION p;",
    "CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (token 'SECRET');",
    "ALTER ROLE r PASSWORD 'SEC''RET';",
    "ALTER ROLE r PASSWORD E'SEC\\'RET';",
    "SELECT 'host=h password=SECRET'",
  ])("shows no secret: %s", (statement) => {
    const shown = describeStatement(statement);
    expect(shown).not.toMatch(/SEC|RET|RE''T/);
    expect(shown).toContain("'***'");
    expect(shown).toContain(statement.slice(0, 8));
  });

  it("shows other constants, and the start of what is long", () => {
    expect(describeStatement("SELECT 'a', E'b\\n'")).toBe("SELECT 'a', E'b\\n'");
    expect(describeStatement("x".repeat(1000))).toBe(`${"x".repeat(300)}...`);
  });
});
