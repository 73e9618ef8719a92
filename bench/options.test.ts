import { describe, expect, test } from "vitest";
import { readOptions } from "./options.ts";

describe("readOptions", () => {
  test("without any it is 1 GB, five rounds, all rows", () => {
    expect(readOptions([])).toMatchObject({ scale: { bytes: 1e9, objects: 1 }, rounds: 5, rows: null, isUsualSize: true });
    expect(readOptions(["--rounds", "7", "--rows", "1,3"])?.isUsualSize).toBe(true);
  });

  test.each([["--quick"], ["--size=2GB"]])("%s is not of the usual size", (option) => {
    expect(readOptions([option])?.isUsualSize).toBe(false);
  });

  test("quick is 100 MB, one round, fewer tables, unless something else is said", () => {
    expect(readOptions(["--quick"])).toMatchObject({ scale: { bytes: 1e8, objects: 0.2 }, rounds: 1, rows: null });
    expect(readOptions(["--quick", "--size", "20MB", "--rows", "1,12"])).toMatchObject({ scale: { bytes: 2e7 }, rows: [1, 12] });
  });

  test.each([
    [["--size", "1TB"], "--size"],
    [["--size", "5MB"], "at least 10MB"],
    [["--rounds", "0"], "--rounds"],
    [["--rows", "1,x"], "--rows"],
    [["--fast"], "--fast"],
  ])("%j is refused", (args, message) => {
    expect(() => readOptions(args)).toThrow(message);
  });

  test("help is no run", () => {
    expect(readOptions(["--help"])).toBeUndefined();
  });
});
