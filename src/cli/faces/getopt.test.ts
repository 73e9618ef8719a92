import { describe, expect, test } from "vitest";
import { getopt, type GetoptOption } from "./getopt.ts";

const table: readonly GetoptOption[] = [
  { name: "blobs", means: "large-objects", short: "b", argument: "none" },
  { name: "large-objects", argument: "none", since: 16 },
  { name: "clean", short: "c", argument: "none" },
  { name: "file", short: "f", argument: "required" },
  { name: "format", short: "F", argument: "required" },
  { name: "filter", argument: "required", since: 17 },
  { name: "no-acl", means: "no-privileges", argument: "none" },
  { name: "no-privileges", short: "x", argument: "none" },
  { name: "no-policies", argument: "none", since: 18 },
  { name: "no-publications", argument: "none" },
  { name: "help", short: "?", argument: "optional" },
];

const parse = (...args: string[]) => getopt(args, table, 18);
const short = (...args: string[]) => parse(...args).given.map(({ name, value }) => (value === undefined ? name : `${name}=${value}`));

describe("getopt", () => {
  test("takes values attached and as the next word, even one that looks like an option", () => {
    expect(short("-Fc", "-f", "-c", "--format=d", "--file", "--", "-F=")).toEqual([
      "format=c",
      "file=-c",
      "format=d",
      "file=--",
      "format==",
    ]);
  });

  test("reads clusters up to the option that takes the rest", () => {
    expect(short("-cxfb", "-cbf", "x")).toEqual(["clean", "no-privileges", "file=b", "clean", "large-objects", "file=x"]);
  });

  test("lets options follow operands, and ends them at --", () => {
    expect(parse("db", "-c", "-", "--", "-x", "--clean")).toEqual({
      given: [{ name: "clean", value: undefined }],
      operands: ["db", "-", "-x", "--clean"],
    });
  });

  test("takes optional values only when they are attached", () => {
    expect(short("--help", "--help=variables", "-?x")).toEqual(["help", "help=variables", "help=x"]);
    expect(parse("-?", "x")).toEqual({ given: [{ name: "help", value: undefined }], operands: ["x"] });
  });

  test("knows options by their beginnings and by other names", () => {
    expect(short("--cl", "--no-a", "--no-pr", "--fo=c", "--bl", "--lar")).toEqual([
      "clean",
      "no-privileges",
      "no-privileges",
      "format=c",
      "large-objects",
      "large-objects",
    ]);
  });

  test("takes an abbreviation that is clear in an older version only", () => {
    expect(short("--fil=x")).toEqual(["file=x"]);
    expect(() => getopt(["--f=x"], table, 18)).toThrow("option '--f=x' is ambiguous; possibilities: '--file' '--format' '--filter'");
    expect(() => getopt(["--f=x"], table, 15)).toThrow("option '--f=x' is ambiguous; possibilities: '--file' '--format'");
  });

  test.each([
    ["--no-p", "option '--no-p' is ambiguous; possibilities: '--no-privileges' '--no-policies' '--no-publications'"],
    ["--nothing=1", "unrecognized option '--nothing=1'"],
    ["--cle=1", "option '--clean' doesn't allow an argument"],
    ["--form", "option '--format' requires an argument"],
    ["-cq", "invalid option -- 'q'"],
    ["-cf", "option requires an argument -- 'f'"],
  ])("refuses %s", (arg, message) => {
    expect(() => parse(arg)).toThrow(message);
  });
});
