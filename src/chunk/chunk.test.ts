import { createHash } from "node:crypto";

import { afterEach, describe, expect, test } from "vitest";

import { freeBytes } from "./free.ts";
import { OrderedPipeline } from "./pipeline.ts";
import { ChunkPool } from "./pool.ts";

const pools: ChunkPool[] = [];
function poolOf(workers: number): ChunkPool {
  const pool = new ChunkPool({ workers });
  pools.push(pool);
  return pool;
}
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

const megabyte = (seed: number): Uint8Array => Uint8Array.from(Buffer.from(`row ${seed}\tof many\n`.repeat(70000)));

/** As of a table of bookings: the same numbers every time, without a pattern. */
function shortRows(count: number): string {
  let state = 1;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const row = (at: number) =>
    `${at}\t${next(9_000_000)}\t${next(400_000)}\t2024-0${1 + next(9)}-1${next(9)}\t${next(100_000) / 100}\tpaid ${next(1000)}\n`;
  return Array.from({ length: count }, (_, at) => row(at)).join("");
}

describe("pool", () => {
  test("gives back what it was given, from several parts, with the hash of the stored bytes", async () => {
    const pool = poolOf(2);
    const stored = await pool.compress([Buffer.from("COPY t FROM stdin;\n"), megabyte(1), Buffer.from("\\.\n")]);
    expect(Buffer.from(stored.sha256)).toEqual(createHash("sha256").update(stored.bytes).digest());
    expect(stored.bytes.length).toBeLessThan(stored.rawBytes / 10);
    const raw = await pool.decompress(stored.bytes, stored.rawBytes, stored.sha256);
    expect(Buffer.from(raw).toString()).toBe(`COPY t FROM stdin;\n${Buffer.from(megabyte(1)).toString()}\\.\n`);
  });

  test("moves a large buffer instead of copying it", async () => {
    const bytes = megabyte(2);
    await poolOf(1).compress([bytes]);
    expect(bytes.length).toBe(0);
  });

  test("copies a small buffer, which may lie in Node's memory pool", async () => {
    const bytes = Buffer.from("small");
    await poolOf(1).compress([bytes]);
    expect(bytes.toString()).toBe("small");
  });

  test("every frame carries its own checksum and content size", async () => {
    const { bytes } = await poolOf(1).compress([megabyte(3)]);
    const descriptor = bytes[4] ?? 0;
    expect(descriptor & 0b100).toBe(0b100);
    expect(descriptor >> 6).not.toBe(0);
  });

  test("a level that is asked for is zstd's own, whatever was compressed before it", async () => {
    const text = shortRows(20_000);
    const [alone, among] = [poolOf(1), poolOf(1)];
    const expected = await alone.compress([Buffer.from(text)], { level: 3 });
    await among.compress([Buffer.from(text)]);
    await among.compress([Buffer.from("few bytes")]);
    const found = await among.compress([Buffer.from(text)], { level: 3 });
    expect(Buffer.from(found.bytes).equals(expected.bytes)).toBe(true);
  });

  test("short rows of numbers become smaller than at the levels of that speed", async () => {
    const sizeAt = async (level?: number) => (await poolOf(1).compress([Buffer.from(shortRows(20_000))], { level })).bytes.length;
    const usual = await sizeAt();
    for (const level of [1, 2, 3]) expect(usual).toBeLessThan(await sizeAt(level));
  });

  test("a comparison keeps the smallest of the results and tells the sizes of all", async () => {
    const text = shortRows(20_000);
    const pool = poolOf(1);
    const { bytes, sizes } = await pool.compress([Buffer.from(text)], { search: "compare" });
    const alone: Record<string, number> = {};
    for (const search of ["nearest", "near", "wide"] as const) {
      alone[search] = (await pool.compress([Buffer.from(text)], { search })).bytes.length;
    }
    expect(sizes).toEqual(alone);
    expect(new Set(Object.values(alone)).size).toBe(3);
    expect(bytes.length).toBe(Math.min(...Object.values(alone)));
  });

  test("a small chunk is not worth a comparison, and a level rules it out", async () => {
    const pool = poolOf(1);
    expect((await pool.compress([Buffer.from(shortRows(10))], { search: "compare" })).sizes).toBeUndefined();
    const text = shortRows(20_000);
    const compared = await pool.compress([Buffer.from(text)], { search: "compare", level: 3 });
    expect(compared.sizes).toBeUndefined();
    expect(compared.bytes.length).toBe((await pool.compress([Buffer.from(text)], { level: 3 })).bytes.length);
  });

  test("a changed hash, a changed byte and a wrong size are corrupt", async () => {
    const pool = poolOf(1);
    const { bytes, rawBytes, sha256 } = await pool.compress([Buffer.from("some rows\n")]);
    const changed = Uint8Array.from(bytes, (byte, at) => (at === 12 ? byte ^ 1 : byte));
    await expect(pool.decompress(changed, rawBytes, sha256)).rejects.toMatchObject({ code: "corrupt" });
    const rehashed = createHash("sha256").update(changed).digest();
    await expect(pool.decompress(Uint8Array.from(changed), rawBytes, rehashed)).rejects.toMatchObject({ code: "corrupt" });
    await expect(pool.decompress(Uint8Array.from(bytes), rawBytes + 1, sha256)).rejects.toMatchObject({ code: "corrupt" });
  });

  test("a job that cannot be done fails alone", async () => {
    const pool = poolOf(1);
    const impossible = pool.compress([{ length: 5, buffer: new ArrayBuffer(0) } as unknown as Uint8Array]);
    const next = pool.compress([Buffer.from("x")]);
    await expect(impossible).rejects.toMatchObject({ code: "internal" });
    expect((await next).rawBytes).toBe(1);
  });

  test("a worker that dies fails its jobs", async () => {
    const program = new URL(`data:text/javascript,${encodeURIComponent("setTimeout(() => process.exit(3), 10)")}`);
    const pool = new ChunkPool({ workers: 1, program });
    pools.push(pool);
    await expect(pool.compress([Buffer.from("x")])).rejects.toMatchObject({
      code: "internal",
      message: "a worker thread died: exit code 3",
    });
  });

  test("closing fails what is under way", async () => {
    const pool = poolOf(1);
    const job = pool.compress([megabyte(4)]);
    const failed = expect(job).rejects.toMatchObject({ code: "aborted" });
    await pool.close();
    await failed;
  });
});

describe("freeing", () => {
  test("empties a large buffer and leaves a small one", () => {
    const [large, small] = [megabyte(5), Buffer.from("small")];
    freeBytes(large);
    freeBytes(small);
    expect([large.length, small.toString()]).toEqual([0, "small"]);
  });
});

describe("ordered pipeline", () => {
  test("hands results on in order, however long each job takes", async () => {
    const pipeline = new OrderedPipeline<number>(3);
    const taken: number[] = [];
    for (const [index, delayMs] of [30, 1, 10, 0, 5].entries()) {
      await pipeline.push(
        () => new Promise((resolve) => setTimeout(() => resolve(index), delayMs)),
        (result) => Promise.resolve(void taken.push(result)),
      );
    }
    await pipeline.drain();
    expect(taken).toEqual([0, 1, 2, 3, 4]);
  });

  test("holds the giver back until there is room", async () => {
    const pipeline = new OrderedPipeline<number>(2);
    let started = 0;
    let release = (): void => undefined;
    const gate = new Promise<number>((resolve) => {
      release = () => resolve(0);
    });
    const job = (): Promise<number> => {
      started++;
      return gate;
    };
    const pushes = [1, 2, 3, 4].map(() => pipeline.push(job, () => Promise.resolve()));
    await new Promise(setImmediate);
    expect(started).toBe(2);
    release();
    await Promise.all(pushes);
    await pipeline.drain();
    expect(started).toBe(4);
  });

  test("fails for good after the first error, of a job or of a taker", async () => {
    const pipeline = new OrderedPipeline<number>(2);
    await pipeline.push(
      () => Promise.resolve(1),
      () => Promise.reject(new Error("disk full")),
    );
    await expect(pipeline.drain()).rejects.toThrow("disk full");
    await expect(
      pipeline.push(
        () => Promise.resolve(2),
        () => Promise.resolve(),
      ),
    ).rejects.toThrow("disk full");
  });
});
