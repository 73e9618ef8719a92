import { describe, expect, it } from "vitest";
import { nearestName } from "./nearest-name.ts";

describe("nearestName", () => {
  const names = ["schema", "schema-only", "no-owner", "jobs"];
  it.each([
    ["schem-only", "schema-only"],
    ["shcema-only", "schema-only"],
    ["noowner", "no-owner"],
    ["job", "jobs"],
    ["jbo", undefined],
    ["frobnicate", undefined],
    ["", undefined],
  ])("finds what %j was meant to be", (typed, meant) => {
    expect(nearestName(typed, names)).toBe(meant);
  });
});
