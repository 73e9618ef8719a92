import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import type { TocItem } from "../../src/archive/toc/item.ts";
import { decodeToc } from "../../src/archive/toc/decode.ts";
import { encodeInt, encodeToc } from "../../src/archive/toc/encode.ts";
import { readPieces, TocInput } from "../../src/archive/toc/input.ts";
import { createLocalFolder } from "../../src/store/local-folder.ts";
import { memoryAccess } from "../../src/store/memory.ts";
import { archiveBytes, complaintAbout, everythingIn, openBytes, writeDirectory } from "./pg-dump-archives.ts";
import { largeObjectContent, smallContent } from "./small-archive.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pgstow-hostile-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const compressions = ["none", "gzip", "lz4", "zstd"] as const;

/** The same archive with other items, or another head. */
async function forged(change: (item: TocItem) => TocItem, head: { readonly minor?: number } = {}): Promise<Buffer> {
  const bytes = await archiveBytes("custom", smallContent);
  const toc = await decodeToc("x", new TocInput("x", readPieces(memoryAccess(bytes))));
  return Buffer.concat([encodeToc({ ...toc.head, ...head }, toc.items.map(change)), bytes.subarray(toc.endOffset)]);
}

function only(dumpId: number, change: Partial<TocItem>): (item: TocItem) => TocItem {
  return (item) => (item.dumpId === dumpId ? { ...item, ...change } : item);
}

describe.each(["custom", "tar"] as const)("a damaged %s archive", (format) => {
  test("is refused wherever it is cut", async () => {
    const bytes = await archiveBytes(format, largeObjectContent);
    const step = format === "tar" ? 131 : 17;
    for (let length = 0; length < bytes.length; length += step) expect(await complaintAbout(bytes.subarray(0, length))).not.toBe("");
    expect(await complaintAbout(bytes)).toBe("");
  });

  test("never gives other rows without a word, wherever a bit is flipped in compressed data", async () => {
    for (const method of compressions.filter((each) => each !== "none" && format === "custom")) {
      const bytes = await archiveBytes(format, smallContent, { compression: { method } });
      const start = (await decodeToc("x", new TocInput("x", readPieces(memoryAccess(bytes))))).endOffset;
      const sound = JSON.stringify(await everythingIn(await openBytes(bytes)));
      for (let at = start; at < bytes.length; at++) {
        const damaged = Buffer.from(bytes);
        damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8));
        if ((await complaintAbout(damaged)) === "") expect(JSON.stringify(await everythingIn(await openBytes(damaged)))).toBe(sound);
      }
    }
  });
});

test("a length of 2 GiB is refused before memory is asked for", async () => {
  const bytes = await archiveBytes("custom", smallContent, { compression: { method: "none" } });
  const toc = await decodeToc("x", new TocInput("x", readPieces(memoryAccess(bytes))));
  const huge = encodeInt(0x7fffffff);
  const text = Buffer.from(bytes);
  huge.copy(text, text.indexOf("shop") - 5);
  expect(await complaintAbout(text)).toMatch(
    /^corrupt: "small.dump" is damaged: a text claims 2147483647 bytes, and \d+ are left, at byte \d+$/,
  );
  const chunk = Buffer.from(bytes);
  huge.copy(chunk, toc.endOffset + 6);
  expect(await complaintAbout(chunk)).toMatch(
    /a chunk of data claims 2147483647 bytes, and \d+ are left, at byte \d+, in the data of TABLE DATA public.t$/,
  );
  const count = Buffer.from(bytes);
  huge.copy(count, encodeToc(toc.head, []).length - 5);
  expect(await complaintAbout(count)).toMatch(/it claims 2147483647 items, at byte \d+$/);
});

test("an unknown version", async () => {
  const bytes = await archiveBytes("custom", smallContent);
  for (const [major, minor] of [
    [1, 17],
    [1, 11],
    [2, 0],
  ] as const) {
    const other = Buffer.from(bytes);
    other.set([major, minor], 5);
    expect(await complaintAbout(other)).toBe(
      `not-an-archive: "small.dump" is an archive of pg_dump in version ${major}.${minor}, which is not known`,
    );
  }
});

test("entries that depend on each other in a circle", async () => {
  const bytes = await forged((item) => (item.dumpId === 2 ? { ...item, dependencies: [9] } : only(9, { dependencies: [4, 2] })(item)));
  expect(await complaintAbout(bytes)).toBe(
    'corrupt: "small.dump" is damaged: entries depend on each other in a circle: ' +
      "2 (TABLE public.t) -> 9 (INDEX public.i) -> 2 (TABLE public.t)",
  );
});

test("items that cannot be", async () => {
  const say = async (change: Partial<TocItem>): Promise<string> => complaintAbout(await forged(only(2, change)));
  expect(await say({ dumpId: 1 })).toMatch(/two items have the id 1/);
  expect(await say({ dumpId: 0 })).toMatch(/item 5 of 12 has the id 0, at byte \d+/);
  expect(await say({ kind: "TABLE\nDROP" })).toMatch(/item 5 of 12 has the kind "TABLE\\nDROP"/);
  expect(await say({ section: 7 })).toMatch(/item 5 of 12 is in section 7/);
  expect(await complaintAbout(await forged(only(6, { position: { type: "no-data" } })))).toMatch(/item 6 should have data, and has none/);
  expect(await complaintAbout(await forged(only(6, { position: { type: "known", offset: 3 } })))).toMatch(/outside of where data stands/);
  expect(await complaintAbout(await forged(only(6, { copy: null })))).toMatch(
    /^corrupt: .*TABLE DATA public.t: its INSERT statements do not end/,
  );
});

test("rows that do not end in their mark are missing rows", async () => {
  const toc = await archiveBytes("custom", smallContent, { compression: { method: "none" } });
  const at = toc.indexOf("\\.\n\n\n");
  const cut = Buffer.from(toc);
  cut.write("5\t\n\n\n", at);
  expect(await complaintAbout(cut)).toMatch(/TABLE DATA public.t: its rows do not end in the line \\\. that stands after the last one/);
});

test("bytes after the end of a zlib stream, where pg_restore never ends", async () => {
  const bytes = await archiveBytes("custom", smallContent);
  const toc = await decodeToc("x", new TocInput("x", readPieces(memoryAccess(bytes))));
  const rows = deflateSync("1\tone\n\\.\n\n\n");
  const block = [Buffer.from([1]), encodeInt(6), encodeInt(rows.length), rows, encodeInt(4), Buffer.from("more"), encodeInt(0)];
  expect(await complaintAbout(Buffer.concat([bytes.subarray(0, toc.endOffset), ...block]))).toMatch(
    /bytes follow the end of the gzip data/,
  );
});

test("a bomb is read in bounded memory, and refused for what it lacks", async () => {
  const bytes = await archiveBytes("custom", smallContent);
  const toc = await decodeToc("x", new TocInput("x", readPieces(memoryAccess(bytes))));
  const bomb = deflateSync(Buffer.alloc(300 << 20), { level: 9 });
  const before = process.memoryUsage.rss();
  const block = [Buffer.from([1]), encodeInt(6), encodeInt(bomb.length), bomb, encodeInt(0)];
  expect(await complaintAbout(Buffer.concat([bytes.subarray(0, toc.endOffset), ...block]))).toMatch(/rows are missing/);
  expect(process.memoryUsage.rss() - before).toBeLessThan(200 << 20);
});

describe("a directory", () => {
  const dir = (): string => join(folder, "dir");

  test("whose files are cut, changed or gone is refused", async () => {
    for (const method of compressions) {
      await writeDirectory(dir(), largeObjectContent, { compression: { method } });
      expect(await complaintAbout(dir())).toBe("");
      for (const name of readdirSync(dir()).filter((each) => each.includes(".dat"))) {
        const path = join(dir(), name);
        const whole = readFileSync(path);
        // Nothing says how long an object without compression is.
        const isSeen = method !== "none" || !name.startsWith("blob_");
        for (const length of isSeen ? [1, whole.length >> 1, whole.length - 4] : []) {
          writeFileSync(path, whole.subarray(0, length));
          if (length < whole.length && length > 0) expect(await complaintAbout(dir())).toMatch(/^corrupt: /);
        }
        rmSync(path);
        expect(await complaintAbout(dir())).toMatch(name === "toc.dat" ? /^not-an-archive/ : /^corrupt: .*is not there/);
        writeFileSync(path, whole);
      }
      rmSync(dir(), { recursive: true });
    }
  });

  test("that names files outside of itself is not followed", async () => {
    writeFileSync(join(folder, "secret"), "1\tsecret\n\\.\n\n\n");
    await writeDirectory(dir(), largeObjectContent, { compression: { method: "none" } });
    for (const name of ["../secret", "/etc/passwd", "..", ".", "a/../../secret", "x\0y"]) {
      writeFileSync(join(dir(), "blobs_21.toc"), `5001 ${name}\n`);
      expect(await complaintAbout(dir())).toMatch(/^corrupt: .*(names a file that cannot be in it|names no large object)/);
    }
    const toc = readFileSync(join(dir(), "toc.dat"));
    const at = toc.indexOf("6.dat");
    toc.write("../se", at);
    writeFileSync(join(dir(), "toc.dat"), toc);
    expect(await complaintAbout(dir())).toMatch(/^corrupt: .*names a file that cannot be in it: "\.\.\/se"/);
  });

  test("with a link in it is not followed", async () => {
    writeFileSync(join(folder, "secret"), "1\tsecret\n\\.\n\n\n");
    await writeDirectory(dir(), smallContent, { compression: { method: "none" } });
    rmSync(join(dir(), "6.dat"));
    symlinkSync(join(folder, "secret"), join(dir(), "6.dat"));
    expect(await complaintAbout(dir())).toMatch(/^corrupt: .*is a link, which is not followed/);
  });

  test("must be new or empty to be written", async () => {
    mkdirSync(dir());
    await writeDirectory(dir(), smallContent);
    await expect(createLocalFolder(dir())).rejects.toMatchObject({ code: "exists", message: `"${dir()}" is not empty` });
    await expect(createLocalFolder(join(folder, "no/such"))).rejects.toMatchObject({ code: "file" });
  });

  test("that is given up leaves nothing behind, and never looks whole before it is", async () => {
    const sink = await createLocalFolder(dir());
    const file = await sink.file("1.dat");
    await file.write(Buffer.from("x"));
    expect(await complaintAbout(dir())).toMatch(/^not-an-archive: .*it has no toc.dat/);
    await sink.abort();
    expect(existsSync(dir())).toBe(false);
    await expect(sink.file("../outside")).rejects.toMatchObject({ code: "internal" });
  });
});

describe("a tar file", () => {
  test("that is none of pg_dump's", async () => {
    const bytes = await archiveBytes("tar", smallContent);
    // The name is part of the sum: one letter up, another down.
    bytes.write("tpb.dat", 0);
    expect(await complaintAbout(bytes)).toMatch(/^not-an-archive: "small.dump" is a tar archive, but none of pg_dump: it has no toc.dat/);
  });

  test("without its end", async () => {
    const bytes = await archiveBytes("tar", smallContent);
    expect(await complaintAbout(bytes.subarray(0, bytes.length - 1024))).toMatch(/^corrupt: .*it is cut: the mark of its end is missing/);
  });
});
