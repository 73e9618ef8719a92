import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ArchiveStore } from "../../src/store/archive-store.ts";
import { acquireLock, isLocked } from "../../src/store/lock.ts";
import { openStore } from "../../src/store/open-store.ts";
import { dockerAnswers } from "../support/docker.ts";
import { type S3Service, startMinio, startS3rver } from "./s3-server.ts";

const bytes = (text: string) => Buffer.from(text);
const MIB = 1 << 20;

/** No two places of it look alike for long. */
function pattern(length: number): Buffer {
  const content = Buffer.alloc(length);
  for (let at = 0; at + 4 <= length; at += 4) content.writeUInt32LE((at * 2654435761) >>> 0, at);
  return content;
}

/** What every store must do. `fresh` opens an empty one. */
function conforms(fresh: () => Promise<ArchiveStore>): void {
  async function put(store: ArchiveStore, name: string, content: Uint8Array): Promise<void> {
    const sink = await store.create(name);
    for (let at = 0; at < content.length; at += MIB) await sink.write(content.subarray(at, at + MIB));
    await sink.finish();
  }

  it("is empty at first, and asking makes nothing", async () => {
    const store = await fresh();
    expect(await store.folders()).toEqual([]);
    expect(await store.list("a")).toEqual([]);
    expect(await store.unfinished("a")).toEqual([]);
    expect(await store.read("a/x")).toBeUndefined();
    await store.remove("a/x");
    expect(await store.folders()).toEqual([]);
  });

  it("keeps files in folders, and lists them by name with size and time", async () => {
    const store = await fresh();
    await put(store, "b/two", bytes("22"));
    await put(store, "a/one", bytes("1"));
    await put(store, "b/one", bytes(""));
    await put(store, "bb/other", bytes("x"));
    expect(await store.folders()).toEqual(["a", "b", "bb"]);
    const files = await store.list("b");
    expect(files.map(({ name, size }) => [name, size])).toEqual([
      ["b/one", 0],
      ["b/two", 2],
    ]);
    const now = await store.now();
    for (const { modifiedAt } of files) expect(Math.abs(now.getTime() - modifiedAt.getTime())).toBeLessThan(3_600_000);
    expect(files[0]?.version).not.toBe(files[1]?.version);
  });

  it("shows a file only when it is whole", async () => {
    const store = await fresh();
    const sink = await store.create("a/x");
    await sink.write(bytes("half"));
    expect(await store.list("a")).toEqual([]);
    await expect(store.open("a/x")).rejects.toMatchObject({ code: "not-found" });
    await sink.finish();
    expect((await store.list("a")).map(({ name }) => name)).toEqual(["a/x"]);
  });

  it("leaves nothing of a file that is given up", async () => {
    const store = await fresh();
    const sink = await store.create("a/x");
    await sink.write(pattern(7 * MIB));
    await sink.abort();
    await sink.abort();
    expect(await store.list("a")).toEqual([]);
    expect((await store.unfinished("a")).length).toBe(0);
  });

  it("refuses a name that is taken, and leaves that file alone", async () => {
    const store = await fresh();
    await put(store, "a/x", bytes("old"));
    await expect(put(store, "a/x", bytes("new"))).rejects.toMatchObject({ code: "exists" });
    expect(Buffer.from((await store.read("a/x"))?.bytes ?? "").toString()).toBe("old");
  });

  it("reads any part of a large file, in a buffer of its own", async () => {
    const store = await fresh();
    const content = pattern(11 * MIB + 5);
    await put(store, "a/large", content);
    const source = await store.open("a/large");
    expect(source.size).toBe(content.length);
    for (const [offset, length] of [
      [0, 10],
      [content.length - 7, 7],
      [5 * MIB - 3, 6],
      [12345, MIB],
      [5, 0],
    ] as const) {
      const part = await source.read(offset, length);
      expect(Buffer.from(part).equals(content.subarray(offset, offset + length))).toBe(true);
      expect(part.buffer.byteLength).toBe(length);
    }
    await source.close();
  });

  it("says when a file is gone while it is read, and when its end is passed", async () => {
    const store = await fresh();
    await put(store, "a/x", bytes("0123456789"));
    const source = await store.open("a/x");
    await expect(source.read(5, 10)).rejects.toMatchObject({
      code: "file",
      message: expect.stringContaining(store.addressOf("a/x")) as string,
    });
    await source.close();
    await store.remove("a/x");
    await expect(store.open("a/x")).rejects.toMatchObject({ code: "not-found" });
  });

  it("replaces small files, and claims a name once", async () => {
    const store = await fresh();
    await store.write("a/.note", bytes("1"));
    await store.write("a/.note", bytes("22"));
    expect(Buffer.from((await store.read("a/.note"))?.bytes ?? "").toString()).toBe("22");
    expect(await store.claim("a/.lock", bytes("mine"))).toBe(true);
    expect(await store.claim("a/.lock", bytes("yours"))).toBe(false);
    expect(Buffer.from((await store.read("a/.lock"))?.bytes ?? "").toString()).toBe("mine");
    await store.remove("a/.lock");
    expect(await store.claim("a/.lock", bytes("yours"))).toBe(true);
  });

  it("changes a file's version with its content", async () => {
    const store = await fresh();
    await store.write("a/x", bytes("one"));
    const [before] = await store.list("a");
    await store.write("a/x", bytes("two"));
    const [after] = await store.list("a");
    expect(after?.version).not.toBe(before?.version);
  });

  it("gives a lock to one, and again when it is released or its holder is dead", async () => {
    const store = await fresh();
    const alive = { pid: 100, isRunning: () => true };
    const lock = await acquireLock(store, "a/.lock", { purpose: "test", process: alive });
    await expect(acquireLock(store, "a/.lock", { purpose: "test", process: { pid: 200, isRunning: () => true } })).rejects.toMatchObject({
      code: "busy",
      message: expect.stringContaining("process 100 on ") as string,
    });
    expect(await isLocked(store, "a/.lock", alive)).toBe(true);
    // Whoever sees that process 100 has died may have it, and only one of many.
    const seesDeath = (pid: number) => ({ pid, isRunning: (other: number) => other !== 100 });
    expect(await isLocked(store, "a/.lock", seesDeath(1))).toBe(false);
    const claims = [1, 2, 3].map((pid) => acquireLock(store, "a/.lock", { purpose: "test", process: seesDeath(pid) }));
    const settled = await Promise.allSettled(claims);
    const won = settled.filter((one) => one.status === "fulfilled");
    expect(won.length).toBe(1);
    await expect(lock.check()).rejects.toMatchObject({ code: "busy" });
    await lock.release();
    expect(await isLocked(store, "a/.lock", alive)).toBe(true);
    await won[0]?.value.release();
    expect(await isLocked(store, "a/.lock", alive)).toBe(false);
    expect(await store.list("a")).toEqual([]);
  });
}

describe("a folder as a store", () => {
  let root = "";
  let stores = 0;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "pgstow-folder-store-"));
  });
  afterAll(() => rm(root, { recursive: true }));
  conforms(() => openStore(join(root, String(++stores), "below")));
});

describe("S3 (s3rver) as a store", () => {
  let service: S3Service;
  let stores = 0;
  beforeAll(async () => {
    service = await startS3rver();
  });
  afterAll(() => service.stop());
  conforms(() => openStore(service.store(`run-${String(++stores)}/deep`)));
});

const hasDocker = await dockerAnswers();

describe.skipIf(!hasDocker)(`S3 (MinIO) as a store${hasDocker ? "" : " (skipped: no Docker engine answers)"}`, () => {
  let service: S3Service | undefined;
  let stores = 0;
  beforeAll(async () => {
    service = await startMinio();
  });
  afterAll(() => service?.stop());
  conforms(() => openStore(service?.store(`run-${String(++stores)}/deep`) ?? ""));
});
