import { describe, expect, it } from "vitest";
import { PgstowError } from "../core/errors.ts";
import { findRefusedPart, joinParts, PART_DONE } from "./script-batch.ts";

const parts = ["CREATE TABLE ä ();", "SELECT nonsense FROM b;\n-- a comment", "GRANT ALL ON c TO d;"];

describe("joinParts", () => {
  it("marks the end of each part, after a comment too", () => {
    expect(joinParts(parts)).toBe(parts.map((part) => `${part}\n;${PART_DONE};\n`).join(""));
  });
});

describe("findRefusedPart", () => {
  const at = (text: string) => [...joinParts(parts).slice(0, joinParts(parts).indexOf(text))].length + 1;

  it.each([0, 1, 2])("is the part after the %d that are done", (done) => {
    expect(findRefusedPart(parts, done, new PgstowError("server", "no")).index).toBe(done);
  });

  it("is the part at the position, when the script could not even be parsed", () => {
    const refused = findRefusedPart(
      parts,
      0,
      new PgstowError("server", "syntax", { context: { position: at("nonsense"), statement: "x" } }),
    );
    expect(refused).toMatchObject({ index: 1, error: { context: { position: "SELECT ".length + 1, statement: parts[1] } } });
  });

  it("makes positions those of the part", () => {
    const refused = findRefusedPart(parts, 2, new PgstowError("server", "no c", { context: { position: at("c TO"), statement: "x" } }));
    expect(refused).toMatchObject({ index: 2, error: { context: { position: "GRANT ALL ON ".length + 1, statement: parts[2] } } });
  });

  it("keeps the rest of the error", () => {
    const error = new PgstowError("connection-lost", "gone", { hint: "wait", context: { sqlstate: "57P01" } });
    expect(findRefusedPart(parts, 1, error).error).toMatchObject({
      code: "connection-lost",
      message: "gone",
      hint: "wait",
      context: { sqlstate: "57P01" },
    });
  });
});
