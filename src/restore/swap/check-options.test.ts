import { describe, expect, it } from "vitest";
import { checkSwapArchive } from "./check-options.ts";

describe("an archive for a swap", () => {
  const table = { kind: "TABLE", data: "none" } as const;

  it("must have rows when it has tables", () => {
    expect(() => checkSwapArchive([table, { kind: "INDEX", data: "none" }])).toThrow("the archive holds no rows");
    expect(() => checkSwapArchive([table, { kind: "TABLE DATA", data: "rows" }])).not.toThrow();
  });

  it("may hold nothing but functions", () => {
    expect(() => checkSwapArchive([{ kind: "FUNCTION", data: "none" }])).not.toThrow();
  });
});
