import { describe, expect, it } from "vitest";
import { formatBytes, formatCount, formatSeconds } from "./sizes.ts";

describe("formatBytes", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [9949, "9.9 kB"],
    [10_000, "10 kB"],
    [999_600, "1.0 MB"],
    [1_234_567_890, "1.2 GB"],
    [5e18, "5000 PB"],
  ])("writes %d as %s", (bytes, expected) => {
    expect(formatBytes(bytes)).toBe(expected);
  });
});

describe("formatSeconds", () => {
  it.each([
    [0.4, "0s"],
    [59.6, "1m00s"],
    [65, "1m05s"],
    [7380, "2h03m"],
  ])("writes %d as %s", (seconds, expected) => {
    expect(formatSeconds(seconds)).toBe(expected);
  });
});

describe("formatCount", () => {
  it("groups thousands", () => {
    expect(formatCount(1234567)).toBe("1,234,567");
  });
});
