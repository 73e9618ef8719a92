import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import type { ArchiveWriter, EntryData, RowBatch, Sink } from "../../src/archive/archive.ts";
import { openCustomWriter } from "../../src/archive/custom/writer.ts";
import type { Entry } from "../../src/archive/entry.ts";
import { decodeToc } from "../../src/archive/toc/decode.ts";
import { readPieces, TocInput } from "../../src/archive/toc/input.ts";
import { createLocalFile } from "../../src/store/local-file.ts";
import { memoryAccess, memorySink } from "../../src/store/memory.ts";
import { entryOf, metadataOf, scriptOf } from "./material.ts";
import { everythingIn, openBytes } from "./pg-dump-archives.ts";
import type { Form } from "./pg-dump-archives.ts";
import { largeObjectContent } from "./small-archive.ts";

const table = (dumpId: number): Entry =>
  entryOf({ dumpId, kind: "TABLE DATA", tag: `t${dumpId}`, section: "data", data: "rows", copy: `COPY t${dumpId} FROM stdin;\n` });

/** Lines that cannot be compressed much; the last tables are too large for memory. */
const content = new Map([200_000, 0, 90, 3_000_000, 2_500_000].map((bytes, at) => [100 + at, randomBytes(bytes / 2).toString("hex")]));
const tables = [...content.keys()].map(table);
const entries = [...tables, ...largeObjectContent.entries];
const data = (entry: Entry): EntryData =>
  content.has(entry.dumpId) ? rows(content.get(entry.dumpId) ?? "") : largeObjectContent.data(entry);

function rows(text: string): EntryData {
  return { type: "rows", batches: batches(text) };
}

async function* batches(text: string): AsyncGenerator<RowBatch> {
  for (let at = 0; at < text.length; at += 300_000) {
    const bytes = Uint8Array.from(Buffer.from(`${text.slice(at, at + 300_000)}\n`));
    // So that others have their turn.
    await new Promise(setImmediate);
    yield { bytes, rows: 1 };
  }
}

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pgstow-interleaved-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function open(sink: Sink, form: Form = {}): Promise<ArchiveWriter> {
  return openCustomWriter({ metadata: metadataOf(), script: scriptOf(), entries, sink, ...form });
}

/** The data of all entries at the same time, those that come last begun first. */
function putAll(writer: ArchiveWriter): Promise<unknown> {
  return Promise.all(
    entries
      .filter((entry) => entry.data !== "none")
      .reverse()
      .map((entry) => writer.data(entry, data(entry))),
  );
}

/** dumpIds by where their data starts in the file, which the table of contents says or a search finds. */
async function orderIn(bytes: Buffer): Promise<number[]> {
  const toc = await decodeToc("x", new TocInput("x", readPieces(memoryAccess(bytes))));
  const offsets = toc.items.flatMap(({ dumpId, position }) => (position.type === "known" ? [{ dumpId, offset: position.offset }] : []));
  return offsets.sort((a, b) => a.offset - b.offset).map(({ dumpId }) => dumpId);
}

describe.each<[string, Form]>([
  ["gzip", {}],
  ["none", { compression: { method: "none" } }],
  ["zstd", { compression: { method: "zstd" } }],
  ["zstd with long distances", { compression: { method: "zstd", long: true } }],
  ["lz4", { compression: { method: "lz4" } }],
])("entries that are written at the same time, %s", (_, form) => {
  test("are what they are when they are written one after the other, and in the same order", async () => {
    const path = join(folder, "a.dump");
    const writer = await open(await createLocalFile(path, { sync: false }), form);
    expect([writer.atOnce, writer.keepsOrder]).toEqual(["all", true]);
    await putAll(writer);
    await writer.finish();
    expect(readdirSync(folder)).toEqual(["a.dump"]);
    const serial = memorySink();
    const one = await open(serial, form);
    for (const entry of entries) if (entry.data !== "none") await one.data(entry, data(entry));
    await one.finish();

    const bytes = readFileSync(path);
    expect(await orderIn(bytes)).toEqual(entries.filter((entry) => entry.data !== "none").map(({ dumpId }) => dumpId));
    // How long a frame with long distances is depends on how many are made at the same time.
    if (form.compression?.long !== true) expect(bytes.length).toBe(serial.bytes?.length);
    expect(await everythingIn(await openBytes(bytes))).toEqual(await everythingIn(await openBytes(serial.bytes ?? Buffer.alloc(0))));
  });
});

test("a sink that cannot go back gets them in the same order", async () => {
  const sink = memorySink();
  const writer = await open(sink);
  await putAll(writer);
  await writer.finish();
  const archive = await openBytes(sink.bytes ?? Buffer.alloc(0));
  const { frames } = await archive.verify();
  expect(frames).toBe(entries.filter((entry) => entry.data !== "none").length);
});

test("an archive that is given up leaves nothing, whatever waited", async () => {
  const writer = await open(await createLocalFile(join(folder, "a.dump"), { sync: false }), { compression: { method: "none" } });
  await writer.data(table(103), data(table(103)));
  await expect(
    writer.data(table(104), {
      type: "rows",
      batches: (async function* () {
        yield* batches(content.get(104) ?? "");
        throw new Error("the server went away");
      })(),
    }),
  ).rejects.toThrow("the server went away");
  await writer.abort();
  expect(readdirSync(folder)).toEqual([]);
});

test("a sink that fails ends all of them", async () => {
  let left = 300_000;
  const sink: Sink = {
    write: (bytes) => ((left -= bytes.length) > 0 ? Promise.resolve() : Promise.reject(new Error("disk full"))),
    finish: () => Promise.resolve(),
    abort: () => Promise.resolve(),
  };
  const writer = await open(sink, { compression: { method: "none" } });
  const results = await Promise.allSettled(tables.map((entry) => writer.data(entry, data(entry))));
  const reasons = results.map((result) => (result.status === "rejected" ? String(result.reason) : "written"));
  expect(reasons[3]).toBe("Error: disk full");
  expect(new Set(reasons)).toEqual(new Set(["written", "Error: disk full"]));
  await expect(writer.finish()).rejects.toMatchObject({ code: "internal" });
  await writer.abort();
});

test("a folder that takes no temporary file is named", async () => {
  const sink = { ...memorySink(), spoolPath: join(folder, "missing", "a.spool") };
  const writer = await open(sink, { compression: { method: "none" } });
  await expect(writer.data(table(103), data(table(103)))).rejects.toMatchObject({
    code: "file",
    message: expect.stringMatching(/^could not create temporary file ".*a\.spool": there is no folder/) as string,
  });
  await writer.abort();
});
