import { describe, expect, it } from "vitest";
import { PgstowError } from "../core/errors.ts";
import { checkLockTimeout, isLockTimeout } from "./lock-timeout.ts";

describe("a lock timeout", () => {
  it.each(["0", "1000", " 1000 ", "5ms", "5 ms", "1us", "0.5s", ".5s", "1.", "1e3", "1.5E3s", "2min", "1h", "24d", "+5", "-0.4", "-5us"])(
    "may be %j",
    (timeout) => {
      expect(isLockTimeout(timeout)).toBe(true);
    },
  );

  it.each(["0x10", "0X1.8P3", "010", "0x1.", "2147483647", "2147483647.4", "9.9e8", "596.5h", "\t5\n", "5\tms"])("may be %j", (timeout) => {
    expect(isLockTimeout(timeout)).toBe(true);
  });

  it.each([
    "",
    " ",
    "banana",
    "inf",
    "nan",
    "default",
    "-1",
    "-2s",
    "--5",
    "+ 5",
    "1w",
    "1 minutes",
    "1MS",
    "1kB",
    "1s s",
    "1d2h",
    "1,5",
    "1_000",
  ])("cannot be %j", (timeout) => {
    expect(isLockTimeout(timeout)).toBe(false);
  });

  it.each([".", "e5", "5e", "0x", "0xg", "0b1", "1p4", "0x1p4", "1.5.5", "5\u00a0ms", "2147483648", "25d", "597h", "1e400"])(
    "cannot be %j",
    (timeout) => {
      expect(isLockTimeout(timeout)).toBe(false);
    },
  );

  it("is named by the error, with what it may be", () => {
    checkLockTimeout(undefined, "option --lock-wait-timeout");
    checkLockTimeout("5s", "option --lock-wait-timeout");
    expect(() => {
      checkLockTimeout("soon", "lockWaitTimeout");
    }).toThrow(PgstowError);
    expect(() => {
      checkLockTimeout("soon", "lockWaitTimeout");
    }).toThrow('invalid value "soon" for lockWaitTimeout');
  });
});
