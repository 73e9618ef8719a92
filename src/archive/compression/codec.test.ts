import { constants, deflateSync, gzipSync } from "node:zlib";

import { afterEach, describe, expect, test } from "vitest";

import { Compressor, uncompressed } from "./codec.ts";
import type { Compression, CompressionMethod } from "./method.ts";
import { xxh32, Xxh32 } from "./xxh32.ts";

const methods: readonly CompressionMethod[] = ["none", "gzip", "lz4", "zstd"];
const wrappings = ["zlib", "gzip"] as const;

async function* inPieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield await Promise.resolve(bytes.subarray(at, at + length));
}

const compressors: Compressor[] = [];
afterEach(async () => {
  for (const compressor of compressors.splice(0)) await compressor.close();
});

function compressed(source: AsyncIterable<Uint8Array>, compression: Compression, wrapping: "zlib" | "gzip"): AsyncIterable<Uint8Array> {
  const compressor = new Compressor(compression, wrapping);
  compressors.push(compressor);
  return compressor.compress(source);
}

async function all(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of source) parts.push(Uint8Array.from(part));
  return Buffer.concat(parts);
}

/** Compressible, but not by its first bytes alone. */
const text = Buffer.from(Array.from({ length: 60_000 }, (_, at) => `${at}\t${(at * 7919) % 10007}\trow\n`).join(""));

describe.each(methods)("%s", (method) => {
  test.each(wrappings)("gives back what it took, in pieces of any size (%s)", async (wrapping) => {
    const packed = await all(compressed(inPieces(text, 100_007), { method }, wrapping));
    if (method !== "none") expect(packed.length).toBeLessThan(text.length * 0.8);
    expect((await all(uncompressed(inPieces(packed, 70_001), method, wrapping))).equals(text)).toBe(true);
    const short = await all(compressed(inPieces(text.subarray(0, 50), 1), { method }, wrapping));
    expect((await all(uncompressed(inPieces(short, 1), method, wrapping))).equals(text.subarray(0, 50))).toBe(true);
  });

  test("of nothing is nothing", async () => {
    const packed = await all(compressed(inPieces(new Uint8Array(0), 1), { method }, "zlib"));
    expect((await all(uncompressed(inPieces(packed, 5), method, "zlib"))).length).toBe(0);
  });

  test("an error of the source comes out as it is", async () => {
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(text.subarray(0, 100));
      throw new Error("the disk is gone");
    };
    await expect(all(compressed(failing(), { method }, "zlib"))).rejects.toThrow("the disk is gone");
  });

  test("whoever stops early ends the source", async () => {
    let ended = false;
    const source = async function* (): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield await Promise.resolve(Buffer.from(text));
      } finally {
        ended = true;
      }
    };
    for await (const piece of compressed(source(), { method }, "zlib")) if (piece.length > 10) break;
    expect(ended).toBe(true);
  });
});

describe.each(methods.filter((method) => method !== "none"))("damaged %s", (method) => {
  test("data that is cut anywhere, or changed, is refused", async () => {
    const packed = await all(compressed(inPieces(text, 1 << 20), { method }, "zlib"));
    for (const length of [1, 5, 100, packed.length >> 1, packed.length - 4, packed.length - 1]) {
      await expect(all(uncompressed(inPieces(packed.subarray(0, length), 5000), method, "zlib"))).rejects.toMatchObject({
        code: "corrupt",
      });
    }
    for (const place of [0.1, 0.5, 0.9]) {
      const changed = Buffer.from(packed);
      const at = Math.floor(packed.length * place);
      changed[at] = (changed[at] ?? 0) ^ 4;
      await expect(all(uncompressed(inPieces(changed, 5000), method, "zlib"))).rejects.toMatchObject({ code: "corrupt" });
    }
  });
});

describe("bytes after the end of gzip data are refused", () => {
  test.each([1000, 100_000])("in pieces of %i bytes", async (pieceBytes) => {
    const zlib = Buffer.concat([deflateSync(text), Buffer.from("more")]);
    await expect(all(uncompressed(inPieces(zlib, pieceBytes), "gzip", "zlib"))).rejects.toMatchObject({ code: "corrupt" });
    const gzip = Buffer.concat([gzipSync(text), Buffer.from("more")]);
    await expect(all(uncompressed(inPieces(gzip, pieceBytes), "gzip", "gzip"))).rejects.toMatchObject({ code: "corrupt" });
    const twice = Buffer.concat([deflateSync(text), deflateSync(text)]);
    await expect(all(uncompressed(inPieces(twice, pieceBytes), "gzip", "zlib"))).rejects.toMatchObject({ code: "corrupt" });
  });
});

test.each(["gzip", "lz4", "zstd"] as const)("several %s streams in one file are one content", async (method) => {
  const packed = await all(compressed(inPieces(text, 1 << 20), { method }, "gzip"));
  const twice = await all(uncompressed(inPieces(Buffer.concat([packed, packed]), 9999), method, "gzip"));
  expect(twice.equals(Buffer.concat([text, text]))).toBe(true);
});

test("the head of an lz4 frame has a checksum of its own", async () => {
  const packed = await all(compressed(inPieces(text, 1 << 20), { method: "lz4" }, "zlib"));
  for (const at of [5, 6]) {
    const changed = Buffer.from(packed);
    changed[at] = (changed[at] ?? 0) ^ 0x10;
    await expect(all(uncompressed(inPieces(changed, 5000), "lz4", "zlib"))).rejects.toMatchObject({
      message: "the head of an lz4 frame is damaged",
    });
  }
});

test("gzip takes a level", async () => {
  const packed = await all(compressed(inPieces(text, 1 << 20), { method: "gzip", level: 9 }, "zlib"));
  expect(packed.equals(deflateSync(text, { level: constants.Z_BEST_COMPRESSION }))).toBe(true);
});

test("a bomb comes out in small pieces", async () => {
  const bomb = deflateSync(Buffer.alloc(64 << 20));
  let largest = 0;
  let total = 0;
  for await (const piece of uncompressed(inPieces(bomb, 1 << 20), "gzip", "zlib")) {
    largest = Math.max(largest, piece.length);
    total += piece.length;
  }
  expect(total).toBe(64 << 20);
  expect(largest).toBeLessThanOrEqual(1 << 20);
});

test("xxHash gives the numbers of its specification", () => {
  expect(xxh32(Buffer.alloc(0))).toBe(0x02cc5d05);
  expect(xxh32(Buffer.from("a"))).toBe(0x550d7456);
  expect(xxh32(Buffer.from("abc"))).toBe(0x32d153ff);
  expect(xxh32(Buffer.from("Nobody inspects the spammish repetition"))).toBe(0xe2293b2f);
  const pieces = new Xxh32();
  for (const byte of Buffer.from("Nobody inspects the spammish repetition")) pieces.update(Uint8Array.of(byte));
  expect(pieces.digest()).toBe(0xe2293b2f);
});
