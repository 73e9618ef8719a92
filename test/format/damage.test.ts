import { beforeAll, describe, expect, test } from "vitest";

import { PgstowError } from "../../src/core/errors.ts";
import { openArchive } from "../../src/archive/open.ts";
import { memoryAccess } from "../../src/store/memory.ts";
import { largeObjectContent, smallContent, stowBytes } from "./small-archive.ts";

/** What opening and verifying say; "" when they find nothing wrong. */
async function complaint(bytes: Uint8Array): Promise<string> {
  try {
    const archive = await openArchive(memoryAccess(bytes, "small.sql.zst"));
    try {
      await archive.verify();
    } finally {
      await archive.close();
    }
    return "";
  } catch (error) {
    if (!(error instanceof PgstowError)) throw error;
    expect(["corrupt", "not-an-archive"]).toContain(error.code);
    expect(error.message).not.toContain("\n");
    return error.message;
  }
}

let bytes: Uint8Array;
beforeAll(async () => {
  bytes = await stowBytes(smallContent);
});

describe("verify finds", () => {
  test("nothing in a sound archive", async () => {
    expect(await complaint(bytes)).toBe("");
  });

  test("every flipped byte, and every flipped bit", { timeout: 120_000 }, async () => {
    const missed: string[] = [];
    for (let at = 0; at < bytes.length; at++) {
      for (const mask of [0xff, 1 << (at % 8)]) {
        const flipped = Uint8Array.from(bytes);
        flipped[at] = (flipped[at] ?? 0) ^ mask;
        if ((await complaint(flipped)) === "") missed.push(`byte ${at} ^ ${mask}`);
      }
    }
    expect(missed).toEqual([]);
  });

  test("every truncation", { timeout: 120_000 }, async () => {
    const missed: number[] = [];
    for (let length = 0; length < bytes.length; length++) {
      if ((await complaint(bytes.subarray(0, length))) === "") missed.push(length);
    }
    expect(missed).toEqual([]);
  });

  test("bytes added at the end, or a second archive after the first", async () => {
    expect(await complaint(Buffer.concat([bytes, Buffer.from([0])]))).toMatch(/is damaged/);
    expect(await complaint(Buffer.concat([bytes, bytes]))).toMatch(/is damaged/);
  });

  test("frames that were exchanged or removed", async () => {
    const whole = Buffer.from(bytes);
    expect(await complaint(Buffer.concat([whole.subarray(0, 20), whole.subarray(60)]))).not.toBe("");
    expect(
      await complaint(Buffer.concat([whole.subarray(0, 20), whole.subarray(40, 60), whole.subarray(20, 40), whole.subarray(60)])),
    ).not.toBe("");
  });
});

describe("messages say where", () => {
  const flippedAt = (at: number): Uint8Array => Uint8Array.from(bytes, (byte, index) => (index === at ? byte ^ 1 : byte));
  const rowsFrame = async (): Promise<number> => {
    // Frames by the seek table: head, script, rows of t.
    const buffer = Buffer.from(bytes);
    const table = buffer.length - 9 - buffer.readUInt32LE(buffer.length - 9) * 8;
    return Promise.resolve(buffer.readUInt32LE(table) + buffer.readUInt32LE(table + 8));
  };

  test("a damaged chunk: frame, offset, entry", async () => {
    const at = await rowsFrame();
    expect(await complaint(flippedAt(at + 10))).toBe(
      `"small.sql.zst" is damaged: frame 2 (chunk 1 of TABLE DATA public.t) at byte ${at}: its SHA-256 does not match`,
    );
  });

  test("two damaged frames: both", async () => {
    const at = await rowsFrame();
    const twice = flippedAt(at + 10);
    twice[30] = (twice[30] ?? 0) ^ 1;
    expect(await complaint(twice)).toMatch(
      /frame 1 \(script from SCHEMA a b on\) at byte 20: .*; also frame 2 \(chunk 1 of TABLE DATA public.t\)/,
    );
  });

  test("reading a damaged chunk fails before any of it is seen", async () => {
    const archive = await openArchive(memoryAccess(flippedAt((await rowsFrame()) + 10), "small.sql.zst"));
    const entry = archive.entries.find((candidate) => candidate.data === "rows");
    const data = entry === undefined ? undefined : archive.data(entry);
    if (data?.type !== "rows") throw new Error("no rows");
    let seen = 0;
    const reading = (async () => {
      for await (const batch of data.batches) seen += batch.rows;
    })();
    await expect(reading).rejects.toMatchObject({ code: "corrupt", context: { entry: "TABLE DATA public.t" } });
    expect(seen).toBe(0);
    await archive.close();
  });

  test("an unfinished archive: where it stops", async () => {
    const at = await rowsFrame();
    expect(await complaint(bytes.subarray(0, at + 5))).toBe(
      `"small.sql.zst" is unfinished: it stops within frame 2, at byte ${at + 5}, and has no index; 2 whole frames before that`,
    );
    expect(await complaint(bytes.subarray(0, at))).toMatch(/it stops after frame 1,/);
    expect(await complaint(bytes.subarray(0, bytes.length - 1))).toMatch(/is cut off in its seek table/);
  });

  test("the head, the index, the seek table", async () => {
    expect(await complaint(flippedAt(15))).toMatch(/damaged: frame 0, the head/);
    expect(await complaint(flippedAt(0))).toMatch(/damaged: frame 0, the head/);
    expect(await complaint(flippedAt(bytes.length - 9 - 8))).toMatch(/the seek table, at byte \d+, is damaged/);
    expect(await complaint(flippedAt(bytes.length - 9 - 8 - 60))).toMatch(/SHA-256 of the index does not match|the index/);
  });

  test("foreign files", async () => {
    const say = (start: string | Uint8Array): Promise<string> =>
      complaint(Buffer.concat([Buffer.from(start as string), Buffer.alloc(600)]));
    expect(await complaint(new Uint8Array(0))).toBe('"small.sql.zst" is empty');
    expect(await say("PGDMP\u0001\u000e")).toBe(`"small.sql.zst" is damaged: it has integers of 0 bytes, at byte 8`);
    expect(await say(Buffer.from([0x1f, 0x8b, 8]))).toMatch(/looks like a gzip file/);
    expect(await say(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]))).toMatch(/looks like a zstd file that pgstow did not write/);
    expect(await say("--\n-- PostgreSQL database dump\n--\n")).toMatch(/looks like a plain SQL script/);
    expect(await say(`${"a".repeat(257)}ustar`)).toMatch(/looks like a tar archive/);
    expect(await say("hello, this is text")).toMatch(/starts with "hello, this is t"/);
  });
});

test("large objects in chunks survive the same", async () => {
  const large = await stowBytes(largeObjectContent, { chunkBytesMax: 40000 });
  expect(await complaint(large)).toBe("");
  for (let at = 0; at < large.length; at += 97) {
    expect(await complaint(Uint8Array.from(large, (byte, index) => (index === at ? byte ^ 0x10 : byte)))).not.toBe("");
  }
});
