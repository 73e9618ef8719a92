import { describe, expect, test } from "vitest";

import type { ArchiveReader } from "../archive/archive.ts";
import type { Entry } from "../archive/entry.ts";
import type { RestoreOptions } from "./restore.ts";
import { verifyFirst } from "./verify-first.ts";

const entry = (kind: string, tag: string): Entry => ({ kind, tag, schema: "public" }) as Entry;
const data = entry("TABLE DATA", "t");

async function isVerified(
  format: ArchiveReader["format"],
  entries: readonly Entry[],
  options: Partial<RestoreOptions> = {},
): Promise<boolean> {
  const state = { isVerified: false };
  const archive = {
    format,
    entries,
    summary: { storedBytes: 1, fingerprint: "before" },
    verify: () => {
      state.isVerified = true;
      return Promise.resolve({ fingerprint: "after" });
    },
  } as unknown as ArchiveReader;
  const fingerprint = await verifyFirst(archive, entries, { archive, connection: {}, ...options });
  expect(fingerprint).toBe(state.isVerified ? "after" : "before");
  return state.isVerified;
}

describe("an archive is read twice", () => {
  test("when it has hashes, unless nobody wants them checked", async () => {
    expect(await isVerified("stow", [data])).toBe(true);
    expect(await isVerified("stow", [data], { verify: false })).toBe(false);
  });

  test.each(["custom", "directory", "tar"] as const)("when it is of pg_dump and no transaction is around it: %s", async (format) => {
    expect(await isVerified(format, [data])).toBe(false);
    expect(await isVerified(format, [data], { transaction: "none" })).toBe(true);
    expect(await isVerified(format, [data], { transaction: 100 })).toBe(true);
    expect(await isVerified(format, [data], { swap: {} })).toBe(true);
    expect(await isVerified(format, [data], { transaction: "none", verify: false })).toBe(false);
  });

  test("when the database is dropped first, which no transaction takes back", async () => {
    expect(await isVerified("custom", [data], { create: true })).toBe(false);
    expect(await isVerified("custom", [data], { clean: true })).toBe(false);
    expect(await isVerified("custom", [data], { create: true, clean: true })).toBe(true);
  });

  test("when the state of a sequence would stay that the transaction does not make", async () => {
    const [made, other, state] = [entry("SEQUENCE", "s"), entry("SEQUENCE", "other"), entry("SEQUENCE SET", "s")];
    expect(await isVerified("custom", [made, data, state])).toBe(false);
    expect(await isVerified("custom", [data, state])).toBe(true);
    expect(await isVerified("custom", [other, data, state])).toBe(true);
  });
});
