import { describe, expect, it } from "vitest";
import { dumpCommand } from "./commands/dump.ts";
import { spellOutArguments } from "./option.ts";
import { parseArguments } from "./parse.ts";

const spell = (line: string) => spellOutArguments(line.split(" "), dumpCommand.options);

describe("spellOutArguments", () => {
  it.each([
    ["-Fp", "--format=p"],
    ["-F p", "--format=p"],
    ["--format p", "--format=p"],
    ["--format=p", "--format=p"],
    ["--form=p", "--format=p"],
    ["-aFp", "--data-only --format=p"],
    ["-h localhost -p 5433", "--host=localhost --port=5433"],
    ["-n a -n -b", "--schema=a --schema=-b"],
    ["--no-acl --blobs", "--no-privileges --large-objects"],
    ["shop -s", "--schema-only -- shop"],
    ["-s -- -shop", "--schema-only -- -shop"],
    ["-f -", "--file=-"],
  ])("spells %s as %s", (line, expected) => {
    expect(spell(line).join(" ")).toBe(expected);
  });

  it.each([
    ["--nonsense", "unknown option --nonsense"],
    ["-k", "unknown option -k"],
    ["--no-t", "option --no-t is ambiguous: --no-table-access-method, --no-tablespaces, --no-toast-compression"],
    ["-s -f", "option -f/--file needs a value"],
    ["--file", "option --file needs a value"],
    ["--clean=yes", "option --clean takes no value"],
    ["--binary-upgrade", "option --binary-upgrade is not available yet"],
  ])("refuses %s: %s", (line, message) => {
    expect(() => spell(line)).toThrow(expect.objectContaining({ code: "usage", message }) as Error);
  });
});

describe("parseArguments", () => {
  it("gives flags, values, lists and positionals", () => {
    const args = parseArguments(dumpCommand, ["-sO", "-n", "a.b", "-n", "5", "--no-comments", "-f", "x=y.sql", "007"]);
    expect(args.positionals).toEqual(["007"]);
    expect(args.list("schema")).toEqual(["a.b", "5"]);
    expect(args.value("file")).toBe("x=y.sql");
    expect(args.value("port")).toBeUndefined();
    expect([args.flag("schema-only"), args.flag("no-owner"), args.flag("no-comments"), args.flag("clean")]).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  it("takes the last of a value that is given twice", () => {
    expect(parseArguments(dumpCommand, ["-fa", "-fb", "-s", "-s"]).value("file")).toBe("b");
  });

  it("keeps an empty value", () => {
    expect(parseArguments(dumpCommand, ["--host="]).value("host")).toBe("");
  });

  it("refuses a second database", () => {
    expect(() => parseArguments(dumpCommand, ["a", "b"])).toThrow('too many command-line arguments (first is "b")');
  });
});
