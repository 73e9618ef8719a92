import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { openCustomWriter } from "../../src/archive/custom/writer.ts";
import { openArchive } from "../../src/archive/open.ts";
import { decodeToc } from "../../src/archive/toc/decode.ts";
import { encodeToc } from "../../src/archive/toc/encode.ts";
import { readPieces, TocInput } from "../../src/archive/toc/input.ts";
import { createLocalFile } from "../../src/store/local-file.ts";
import { memoryAccess } from "../../src/store/memory.ts";
import { entryOf, metadataOf, rowsOf, scriptOf } from "./material.ts";
import { archiveBytes, everythingIn, filesIn, oldLargeObjects, openBytes, writeDirectory } from "./pg-dump-archives.ts";
import type { Form } from "./pg-dump-archives.ts";
import { largeObjectContent, smallContent, smallRows } from "./small-archive.ts";
import type { Content } from "./small-archive.ts";

const old: Content = { ...oldLargeObjects(entryOf), metadata: { serverVersion: "15.18", serverVersionNum: 150018 } };
const forms: readonly [string, Form, Content][] = [
  ["1.16, gzip", {}, largeObjectContent],
  ["1.16, none", { compression: { method: "none" } }, largeObjectContent],
  ["1.16, zstd", { compression: { method: "zstd", level: 5 } }, largeObjectContent],
  ["1.16, lz4", { compression: { method: "lz4" } }, largeObjectContent],
  ["1.15, zstd", { archiveMinor: 15, compression: { method: "zstd" } }, old],
  ["1.14, gzip 9", { archiveMinor: 14, compression: { method: "gzip", level: 9 } }, old],
  ["1.14, none", { archiveMinor: 14, compression: { method: "none" } }, old],
];

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pgstow-formats-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What a reader gives for a content, of which 1.14 cannot say what kind of relation an entry is. */
async function expected(content: Content, minor: number): Promise<unknown> {
  const data: Record<string, string> = {};
  const stand = await openBytes(await archiveBytes("custom", content, { archiveMinor: minor, compression: { method: "none" } }));
  const read = (await everythingIn(stand)) as { data: Record<string, string> };
  Object.assign(data, read.data);
  const { entries } = content;
  return { entries: minor < 16 ? entries.map((entry) => ({ ...entry, relkind: "" })) : entries, data };
}

describe.each(forms)("%s", (_, form, content) => {
  const minor = form.archiveMinor ?? 16;

  test("a custom archive holds what was put in", async () => {
    const archive = await openBytes(await archiveBytes("custom", content, form));
    expect(archive.layout?.version).toBe(`1.${minor}-0`);
    expect(await everythingIn(archive)).toEqual(await expected(content, minor));
  });

  test("a directory archive too", async () => {
    await writeDirectory(join(folder, "dir"), content, form);
    expect(await everythingIn(await openArchive(join(folder, "dir")))).toEqual(await expected(content, minor));
  });

  test("a tar archive too", async () => {
    const archive = await openBytes(await archiveBytes("tar", content, { archiveMinor: minor }));
    expect(archive.format).toBe("tar");
    expect(await everythingIn(archive)).toEqual(await expected(content, minor));
  });
});

test("the rows and the bytes of large objects are those that were given", async () => {
  const { data } = (await everythingIn(await openBytes(await archiveBytes("custom", largeObjectContent)))) as {
    data: Record<string, string>;
  };
  expect(data["6 t"]).toBe(smallRows);
  expect(data["7 nothing"]).toBe("");
  const bytes = Buffer.from(Uint8Array.from({ length: 40000 }, (_, at) => (at * 7) & 255)).toString("hex");
  expect(data["21 5001..5002"]).toBe(`5001:${bytes}\n5002:\n`);
});

test("rows and sizes are counted by verify", async () => {
  const archive = await openBytes(await archiveBytes("tar", largeObjectContent));
  expect(archive.sizes.size).toBe(0);
  const report = await archive.verify();
  expect(report).toMatchObject({ fingerprint: "", frames: 3 });
  expect(archive.sizes.get(6)).toMatchObject({ rows: 4, rawBytes: Buffer.byteLength(smallRows) });
  expect(archive.summary).toMatchObject({ rows: 4, rawBytes: Buffer.byteLength(smallRows) + 40000 });
});

test("what an archive says of itself comes back", async () => {
  const metadata = { database: "größe", serverVersion: "17.5 (Debian 17.5-1)", serverVersionNum: 170005, standardConformingStrings: false };
  const archive = await openBytes(await archiveBytes("custom", { ...smallContent, metadata }));
  const written = metadataOf(metadata);
  expect(archive.metadata).toEqual({ ...written, toolVersion: "18.6", startedAt: written.startedAt, options: {} });
  expect(archive.layout).toMatchObject({ compression: "gzip", items: smallContent.entries.length + 3, dumpVersion: "18.6" });
});

test("the version fits the server unless another is asked for", async () => {
  for (const [serverVersionNum, version] of [
    [130004, "1.14-0"],
    [160001, "1.15-0"],
    [180004, "1.16-0"],
  ] as const) {
    const archive = await openBytes(await archiveBytes("custom", { ...smallContent, metadata: { serverVersionNum } }));
    expect(archive.layout?.version).toBe(version);
  }
  const newer = { archiveMinor: 14, compression: { method: "zstd" } } as const;
  await expect(archiveBytes("custom", smallContent, newer)).rejects.toMatchObject({
    code: "usage",
    message: /1\.14 cannot be compressed with zstd/,
  });
  await expect(archiveBytes("custom", smallContent, { archiveMinor: 13 })).rejects.toMatchObject({ code: "usage" });
  await expect(archiveBytes("custom", largeObjectContent, { archiveMinor: 14 })).rejects.toMatchObject({
    code: "usage",
    message: /large objects/,
  });
});

test("a custom file says where its data is, one that went to a pipe is searched", async () => {
  const path = join(folder, "a.dump");
  const sink = await createLocalFile(path);
  const { entries, data } = largeObjectContent;
  const writer = await openCustomWriter({ metadata: metadataOf(), script: scriptOf(), entries, sink });
  for (const entry of entries) if (entry.data !== "none") await writer.data(entry, data(entry));
  await writer.finish();
  const inFile = readFileSync(path);
  const piped = await archiveBytes("custom", largeObjectContent);
  expect(inFile.length).toBe(piped.length);
  const positions = async (bytes: Buffer): Promise<string[]> => {
    const toc = await decodeToc("x", new TocInput("x", readPieces(memoryAccess(bytes))));
    return toc.items.filter((item) => item.hasData).map((item) => item.position.type);
  };
  expect(await positions(inFile)).toEqual(["known", "known", "known"]);
  expect(await positions(piped)).toEqual(["unknown", "unknown", "unknown"]);
  expect(await everythingIn(await openBytes(inFile))).toEqual(await everythingIn(await openBytes(piped)));
});

test("a second table of contents at the end is no damage", async () => {
  const piped = await archiveBytes("custom", smallContent);
  const toc = await decodeToc("x", new TocInput("x", readPieces(memoryAccess(piped))));
  // What follows the head: the count of items, and the items.
  const withoutItems = encodeToc(toc.head, []).length - 5;
  const twice = Buffer.concat([piped, piped.subarray(withoutItems, toc.endOffset)]);
  expect(await everythingIn(await openBytes(twice))).toEqual(await everythingIn(await openBytes(piped)));
});

test.each([12, 13])("version 1.%i is read", async (minor) => {
  const piped = await archiveBytes("custom", { ...smallContent, metadata: { serverVersionNum: 90600, serverVersion: "9.6.24" } });
  const toc = await decodeToc("x", new TocInput("x", readPieces(memoryAccess(piped))));
  const items = minor >= 13 ? toc.items : toc.items.filter((item) => item.kind !== "SEARCHPATH");
  const bytes = Buffer.concat([encodeToc({ ...toc.head, minor }, items), piped.subarray(toc.endOffset)]);
  const archive = await openBytes(bytes);
  expect(archive.metadata.serverVersionNum).toBe(90624);
  const table = archive.entries.find((entry) => entry.kind === "TABLE");
  const setting = 'SET search_path = "public", pg_catalog;\n';
  expect(table?.create.startsWith(setting)).toBe(minor === 12);
  const { data } = (await everythingIn(archive)) as { data: Record<string, string> };
  expect(data["6 t"]).toBe(smallRows);
});

test("files of a directory are named as pg_dump names them, for their owner only", async () => {
  await writeDirectory(join(folder, "new"), largeObjectContent, { compression: { method: "zstd" } });
  const names = Object.keys(filesIn(join(folder, "new")));
  expect(names).toEqual(["6.dat.zst", "7.dat.zst", "blob_5001.dat.zst", "blob_5002.dat.zst", "blobs_21.toc", "toc.dat"]);
  expect(filesIn(join(folder, "new"))["blobs_21.toc"]?.toString()).toBe("5001 blob_5001.dat\n5002 blob_5002.dat\n");
  await writeDirectory(join(folder, "old"), old);
  expect(Object.keys(filesIn(join(folder, "old")))).toEqual(["blob_3000000000.dat.gz", "blob_5001.dat.gz", "blobs.toc", "toc.dat"]);
});

test("grants on a group of large objects are for all of them", async () => {
  const acl = entryOf({
    dumpId: 22,
    kind: "ACL",
    tag: "LARGE OBJECTS 5001..5002",
    schema: null,
    section: "none",
    create:
      "REVOKE ALL ON LARGE OBJECT 5001 FROM ann;\nREVOKE ALL ON LARGE OBJECT 5002 FROM ann;\n\n" +
      "GRANT SELECT ON LARGE OBJECT 5001 TO bob;\nGRANT SELECT ON LARGE OBJECT 5002 TO bob;\n\n",
    dependencies: [20],
  });
  const bytes = await archiveBytes("custom", { ...largeObjectContent, entries: [...largeObjectContent.entries, acl] });
  const toc = await decodeToc("x", new TocInput("x", readPieces(memoryAccess(bytes))));
  const stored = toc.items.find((item) => item.dumpId === 22)?.create;
  expect(stored).toBe("REVOKE ALL ON LARGE OBJECT 5001 FROM ann;\nGRANT SELECT ON LARGE OBJECT 5001 TO bob;\n");
  expect((await openBytes(bytes)).entries.find((entry) => entry.dumpId === 22)?.create).toBe(acl.create);
});

test("many rows keep their order through batches, long rows are not cut", async () => {
  const long = `${"x".repeat(3 << 20)}\n`;
  const rows = Array.from({ length: 50_000 }, (_, at) => `${at}\trow number ${at}\n`).join("");
  const content: Content = { ...smallContent, data: (entry) => (entry.tag === "t" ? rowsOf(rows, long, rows) : rowsOf()) };
  const archive = await openBytes(await archiveBytes("custom", content, { compression: { method: "lz4" } }));
  const { data } = (await everythingIn(archive)) as { data: Record<string, string> };
  expect(data["6 t"] === rows + long + rows).toBe(true);
});
