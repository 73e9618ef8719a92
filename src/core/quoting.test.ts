import { describe, expect, it } from "vitest";
import { parseArray, parseArrayOfNumbers } from "./array-text.ts";
import { alwaysQuoted, identifierQuoter } from "./identifiers.ts";
import { dollarQuote, quoteLiteral, quoteLiteralPortably } from "./literals.ts";

describe("identifiers", () => {
  const quote18 = identifierQuoter({ major: 18, quoteAll: false });
  it.each([
    ["plain_1", "plain_1"],
    ["Mixed", '"Mixed"'],
    ["1st", '"1st"'],
    ["a$", '"a$"'],
    ["año", '"año"'],
    ["order", '"order"'],
    ["timestamp", '"timestamp"'],
    ["period", "period"],
    ['say "hi"', '"say ""hi"""'],
    ["", '""'],
  ])("%s is written %s", (name, expected) => {
    expect(quote18(name)).toBe(expected);
  });

  it("follows the keyword list of the major version", () => {
    expect(identifierQuoter({ major: 15, quoteAll: false })("json_table")).toBe("json_table");
    expect(identifierQuoter({ major: 15, quoteAll: false })("system_user")).toBe("system_user");
    expect(identifierQuoter({ major: 16, quoteAll: false })("system_user")).toBe('"system_user"');
    expect(identifierQuoter({ major: 16, quoteAll: false })("json_table")).toBe("json_table");
    expect(quote18("json_table")).toBe('"json_table"');
  });

  it("quotes everything on request", () => {
    expect(identifierQuoter({ major: 18, quoteAll: true })("plain")).toBe('"plain"');
    expect(alwaysQuoted('a"b')).toBe('"a""b"');
  });
});

describe("literals", () => {
  it("doubles quotes, and backslashes only under the old setting", () => {
    expect(quoteLiteral("it's a \\")).toBe("'it''s a \\'");
    expect(quoteLiteral("it's a \\", false)).toBe("'it''s a \\\\'");
    expect(quoteLiteralPortably("a\\b'c")).toBe("E'a\\\\b''c'");
    expect(quoteLiteralPortably("plain")).toBe("'plain'");
  });

  it.each([
    ["select 1", "$$select 1$$"],
    ["", "$$$$"],
    ["costs $5", "$_$costs $5$_$"],
    ["uses $_ too", "$_X$uses $_ too$_X$"],
    ["$_X and $_XX", "$_XXX$$_X and $_XX$_XXX$"],
  ])("dollar-quotes %j", (body, expected) => {
    expect(dollarQuote(body)).toBe(expected);
  });
});

describe("arrays in text form", () => {
  it.each([
    ["{}", []],
    ["{a,b}", ["a", "b"]],
    ['{"a b","c,d","e\\"f","g\\\\h"}', ["a b", "c,d", 'e"f', "g\\h"]],
    ['{NULL,"NULL",null}', [null, "NULL", "null"]],
    ['{""}', [""]],
    ["[0:1]={x,y}", ["x", "y"]],
  ])("%s", (text, expected) => {
    expect(parseArray(text)).toEqual(expected);
  });

  it("reads arrays and vectors of numbers", () => {
    expect(parseArrayOfNumbers("{1,2}")).toEqual([1, 2]);
    expect(parseArrayOfNumbers("3 0 5")).toEqual([3, 0, 5]);
    expect(parseArrayOfNumbers("")).toEqual([]);
    expect(parseArrayOfNumbers(null)).toEqual([]);
  });
});
