import { randomBytes } from "node:crypto";
import { mkdtemp, open, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { FreePages } from "./free-pages.ts";
import { SpoolSpace } from "./spool-space.ts";
import type { SpooledStream } from "./spool-space.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pgstow-spool-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function read(stream: SpooledStream): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream.read()) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

describe("spool space", () => {
  test("gives each of many streams its own bytes, whether they were in memory or in the file", async () => {
    const space = new SpoolSpace({ path: join(folder, "spool"), memoryBytes: 100_000 });
    const contents = Array.from({ length: 8 }, (_, at) => randomBytes(at * 300_000 + 17));
    const streams = contents.map(() => space.stream());
    for (let at = 0; at < 2_200_000; at += 70_001) {
      for (const [index, stream] of streams.entries()) {
        const piece = Buffer.from(contents[index]?.subarray(at, at + 70_001) ?? []);
        if (piece.length > 0) await stream.write(piece);
        // Whoever wrote it uses the memory again.
        piece.fill(0);
      }
    }
    for (const stream of streams) await stream.end();
    expect(space.memoryBytes).toBeLessThan(1_000_000);
    expect(space.fileBytes + space.memoryBytes).toBe(contents.reduce((sum, { length }) => sum + length, 0));
    for (const [index, stream] of streams.entries()) expect((await read(stream)).equals(contents[index] ?? Buffer.alloc(0))).toBe(true);
    expect([space.memoryBytes, space.fileBytes]).toEqual([0, 0]);
    await space.close();
    expect(await readdir(folder)).toEqual([]);
  });

  test("makes no file for short streams, and says why it cannot make one for a long one", async () => {
    const space = new SpoolSpace({ path: join(folder, "missing", "spool") });
    for (let at = 0; at < 100; at++) {
      const short = space.stream();
      await short.write(randomBytes(1000));
      await short.end();
    }
    await expect(space.stream().write(randomBytes(2 << 20))).rejects.toMatchObject({
      code: "file",
      message: `could not create temporary file "${join(folder, "missing", "spool")}": there is no folder "${join(folder, "missing")}"`,
      hint: expect.stringContaining("dump without -j") as string,
    });
    await space.close();
  });

  test("says that the disk is full", async () => {
    const space = new SpoolSpace({ path: join(folder, "spool") });
    const handle = await open(join(folder, "other"), "w");
    const write = vi.spyOn(Object.getPrototypeOf(handle) as typeof handle, "write");
    await handle.close();
    write.mockRejectedValue(Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" }));
    try {
      await expect(space.stream().write(randomBytes(2 << 20))).rejects.toMatchObject({
        code: "file",
        message: `could not write to temporary file "${join(folder, "spool")}": no space left on the device`,
        hint: expect.stringContaining("dump without -j") as string,
      });
    } finally {
      write.mockRestore();
    }
    await space.close();
    expect(await readdir(folder)).toEqual(["other"]);
  });
});

describe("pages of a file", () => {
  test("that were given back are used before it grows", () => {
    const pages = new FreePages();
    expect([pages.take(3), pages.take(1), pages.take(4), pages.take(2)]).toEqual([0, 3, 4, 8]);
    pages.give(3, 1);
    pages.give(8, 2);
    expect(pages.take(2)).toBe(8);
    pages.give(0, 3);
    expect(pages.take(4)).toBe(0);
    expect(pages.end).toBe(10);
  });

  test("are never in use twice, and join again", () => {
    const pages = new FreePages();
    const used = new Map<number, number>();
    let seed = 1;
    const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
    for (let step = 0; step < 5000; step++) {
      if (used.size > 20 || (used.size > 0 && random(2) === 0)) {
        const [start, count] = [...used][random(used.size)] ?? [0, 0];
        used.delete(start);
        pages.give(start, count);
      } else {
        const count = random(9) + 1;
        const start = pages.take(count);
        for (const [other, length] of used) expect(start + count <= other || other + length <= start).toBe(true);
        used.set(start, count);
      }
    }
    for (const [start, count] of used) pages.give(start, count);
    expect(pages.take(pages.end)).toBe(0);
  });
});
