import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { createLocalFile, openLocalFile } from "./local-file.ts";
import { memoryAccess, memorySink } from "./memory.ts";
import { streamSink } from "./stream.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pgstow-store-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const path = (name = "a.sql"): string => join(folder, name);
const text = (value: string): Uint8Array => Uint8Array.from(Buffer.from(value));

describe("a local file", () => {
  test("appears under its name only when it is whole", async () => {
    const sink = await createLocalFile(path());
    await sink.write(text("one "));
    await sink.write(text("two"));
    expect(readdirSync(folder)).toEqual(["a.sql.partial"]);
    expect(statSync(path("a.sql.partial")).mode & 0o777).toBe(0o600);
    expect(Buffer.from((await sink.readBack?.(4, 3)) ?? "").toString()).toBe("two");
    await sink.finish();
    expect(readdirSync(folder)).toEqual(["a.sql"]);
    expect(readFileSync(path(), "utf8")).toBe("one two");
    expect(statSync(path()).mode & 0o777).toBe(0o600);
  });

  test("leaves nothing when it is given up", async () => {
    const sink = await createLocalFile(path());
    await sink.write(text("x"));
    await sink.abort();
    await sink.abort();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("refuses a name that exists, and leaves that file alone", async () => {
    writeFileSync(path(), "old");
    await expect(createLocalFile(path())).rejects.toMatchObject({ code: "exists", message: `"${path()}" exists already` });
    expect(readFileSync(path(), "utf8")).toBe("old");
  });

  test("with force replaces it, at the end and not before", async () => {
    writeFileSync(path(), "old");
    const sink = await createLocalFile(path(), { force: true, sync: false });
    await sink.write(text("new"));
    expect(readFileSync(path(), "utf8")).toBe("old");
    await sink.finish();
    expect(readFileSync(path(), "utf8")).toBe("new");
  });

  test("does not replace a file that came meanwhile", async () => {
    const sink = await createLocalFile(path());
    await sink.write(text("mine"));
    writeFileSync(path(), "theirs");
    await expect(sink.finish()).rejects.toMatchObject({ code: "exists" });
    await sink.abort();
    expect(readFileSync(path(), "utf8")).toBe("theirs");
    expect(readdirSync(folder)).toEqual(["a.sql"]);
  });

  test("takes the place of what a crashed run has left", async () => {
    writeFileSync(path("a.sql.partial"), "half an archive, longer than the new one");
    const sink = await createLocalFile(path());
    await sink.write(text("whole"));
    await sink.finish();
    expect(readFileSync(path(), "utf8")).toBe("whole");
    expect(readdirSync(folder)).toEqual(["a.sql"]);
  });

  test("of two runs with one name the later wins, the earlier fails and touches nothing", async () => {
    const [first, second] = [await createLocalFile(path()), await createLocalFile(path())];
    await first.write(text("first"));
    await second.write(text("second"));
    await expect(first.finish()).rejects.toMatchObject({ code: "file", hint: "another run may be writing to the same name" });
    await first.abort();
    await second.finish();
    expect(readFileSync(path(), "utf8")).toBe("second");
  });

  test("does not follow a link that stands where the partial file goes", async () => {
    writeFileSync(path("precious"), "precious");
    symlinkSync(path("precious"), path("a.sql.partial"));
    const sink = await createLocalFile(path());
    await sink.write(text("x"));
    await sink.finish();
    expect(readFileSync(path("precious"), "utf8")).toBe("precious");
  });

  test("says what is wrong with the place", async () => {
    await expect(createLocalFile(path("no/such/a.sql"))).rejects.toMatchObject({ code: "file", message: /no such file or directory$/ });
    await expect(createLocalFile(folder)).rejects.toMatchObject({ code: "file", message: `could not write "${folder}": is a directory` });
    writeFileSync(path("file"), "");
    await expect(createLocalFile(path("file/a.sql"))).rejects.toMatchObject({ code: "file", message: /not a directory$/ });
  });

  test.skipIf(process.getuid?.() === 0)("says that it may not (needs a user other than root)", async () => {
    chmodSync(folder, 0o500);
    await expect(createLocalFile(path())).rejects.toMatchObject({ code: "file", message: /permission denied$/ });
    chmodSync(folder, 0o700);
  });

  test.skipIf(!existsSync("/dev/full"))("a full disk is an error that says so (needs /dev/full)", async () => {
    const sink = await createLocalFile("/dev/full");
    await expect(sink.write(text("x"))).rejects.toMatchObject({
      code: "file",
      message: 'could not write to "/dev/full": no space left on the device',
    });
    await sink.abort();
    expect(statSync("/dev/full").isCharacterDevice()).toBe(true);
  });

  test.skipIf(!existsSync("/dev/null"))("a device is written as it is (needs /dev/null)", async () => {
    const sink = await createLocalFile("/dev/null");
    await sink.write(text("x"));
    await sink.finish();
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
  });
});

describe("reading", () => {
  test("a local file, anywhere in it", async () => {
    writeFileSync(path(), "0123456789");
    const file = await openLocalFile(path());
    expect([file.size, file.name]).toEqual([10, path()]);
    expect(Buffer.from(await file.read(3, 4)).toString()).toBe("3456");
    await expect(file.read(8, 4)).rejects.toMatchObject({ code: "file", message: /it ends at byte 10$/ });
    await file.close();
  });

  test("what is no file", async () => {
    await expect(openLocalFile(folder)).rejects.toMatchObject({ code: "file", message: /is a directory$/ });
    await expect(openLocalFile(path("none"))).rejects.toMatchObject({ code: "file", message: /no such file or directory$/ });
  });

  test("memory behaves the same", async () => {
    const access = memoryAccess(text("0123456789"));
    expect(Buffer.from(await access.read(3, 4)).toString()).toBe("3456");
    await expect(access.read(8, 4)).rejects.toMatchObject({ code: "file" });
  });
});

describe("a stream", () => {
  test("gets the bytes, in order, and stays open", async () => {
    const stream = new PassThrough();
    const sink = streamSink(stream, "standard output");
    await sink.write(text("one "));
    await sink.write(text("two"));
    await sink.finish();
    expect(String(stream.read())).toBe("one two");
    expect(stream.writableEnded).toBe(false);
  });

  test("a reader that goes away is an error, once and for later writes too", async () => {
    const stream = new Writable({
      write: (_bytes, _encoding, done) => done(Object.assign(new Error("write EPIPE"), { code: "EPIPE" })),
    });
    const sink = streamSink(stream, "standard output");
    const expected = { code: "file", message: 'could not write to "standard output": the reader of the output went away' };
    await expect(sink.write(text("x"))).rejects.toMatchObject(expected);
    await expect(sink.write(text("y"))).rejects.toMatchObject(expected);
    await expect(sink.finish()).rejects.toMatchObject(expected);
    await sink.abort();
  });
});

test("memory keeps a copy, and only what was finished", async () => {
  const sink = memorySink();
  const bytes = text("one");
  await sink.write(bytes);
  bytes.fill(0);
  expect(sink.bytes).toBeUndefined();
  await sink.finish();
  expect(Buffer.from(sink.bytes ?? "").toString()).toBe("one");
});
