import { describe, expect, it } from "vitest";
import { isKeptOf, isStagingOf, keptName, stagingName } from "./names.ts";

const now = new Date("2026-01-31T12:34:56.789Z");

describe("names of a swap's databases", () => {
  it("are the target's with what they are for", () => {
    expect(stagingName("shop", "1a2b3c4d")).toBe("shop_restoring_1a2b3c4d");
    expect(keptName("shop", now)).toBe("shop_before_20260131T123456Z");
  });

  it.each(["x".repeat(63), "ö".repeat(31), `a${"ö".repeat(31)}`, "\u{1F418}".repeat(15)])(
    "keep their end and whole characters when %s is long",
    (target) => {
      for (const name of [stagingName(target, "1a2b3c4d"), keptName(target, now)]) {
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
        expect(Buffer.byteLength(name)).toBeGreaterThan(59);
        expect(name).not.toContain("\uFFFD");
      }
      expect(isStagingOf(target, stagingName(target, "1a2b3c4d"))).toBe(true);
      expect(isKeptOf(target, keptName(target, now))).toBe(true);
    },
  );

  it("of two long targets that begin alike are not taken for each other", () => {
    const [one, other] = [`${"x".repeat(60)}1`, `${"x".repeat(60)}2`];
    expect(isKeptOf(one, keptName(other, now))).toBe(false);
    expect(isStagingOf(one, stagingName(other, "1a2b3c4d"))).toBe(false);
  });

  it.each(["shop_before_20260131T123456", "shop_before_20260131T123456Z_", "shop_before_x", "shop2_before_20260131T123456Z", "shop"])(
    "are nothing like %s",
    (name) => {
      expect(isKeptOf("shop", name)).toBe(false);
      expect(isStagingOf("shop", name)).toBe(false);
    },
  );
});
