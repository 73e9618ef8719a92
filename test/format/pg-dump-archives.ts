import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { ArchiveReader, ArchiveWriter, EntryData, WriterOptions } from "../../src/archive/archive.ts";
import type { Compression } from "../../src/archive/compression/method.ts";
import { openCustomWriter } from "../../src/archive/custom/writer.ts";
import { openDirectoryWriter } from "../../src/archive/directory/writer.ts";
import type { Entry } from "../../src/archive/entry.ts";
import { openArchive } from "../../src/archive/open.ts";
import { openTarWriter } from "../../src/archive/tar/writer.ts";
import { createLocalFolder } from "../../src/store/local-folder.ts";
import { memoryAccess, memorySink } from "../../src/store/memory.ts";
import { each, metadataOf, scriptOf } from "./material.ts";
import type { Content } from "./small-archive.ts";

export type FileFormat = "custom" | "tar";

export interface Form {
  readonly compression?: Compression;
  readonly archiveMinor?: number;
}

/** The bytes of an archive in one file, written to a sink that cannot go back. */
export async function archiveBytes(format: FileFormat, content: Content, form: Form = {}): Promise<Buffer> {
  const sink = memorySink();
  const options: WriterOptions = { ...common(content), sink };
  await fill(await (format === "custom" ? openCustomWriter({ ...options, ...form }) : openTarWriter({ ...options, ...form })), content);
  return Buffer.from(sink.bytes ?? "");
}

export async function writeDirectory(path: string, content: Content, form: Form = {}): Promise<void> {
  const folder = await createLocalFolder(path, { sync: false });
  await fill(await openDirectoryWriter({ ...common(content), ...form, folder }), content);
}

function common(content: Content): Omit<WriterOptions, "sink"> {
  return { metadata: metadataOf(content.metadata), script: scriptOf(content.script), entries: content.entries };
}

async function fill(writer: ArchiveWriter, content: Content): Promise<void> {
  for (const entry of content.entries) if (entry.data !== "none") await writer.data(entry, content.data(entry));
  await writer.finish();
}

export function openBytes(bytes: Uint8Array): Promise<ArchiveReader> {
  return openArchive(memoryAccess(bytes, "small.dump"));
}

/** All that an archive holds, as text and numbers to be compared. */
export async function everythingIn(archive: ArchiveReader): Promise<unknown> {
  const data: Record<string, string> = {};
  for (const entry of archive.entries) {
    if (entry.data !== "none") data[`${entry.dumpId} ${entry.tag}`] = await textOf(archive.data(entry));
  }
  await archive.close();
  return { entries: archive.entries, data };
}

/** Rows as they are; of large objects their OIDs and bytes in hex. */
export async function textOf(data: EntryData): Promise<string> {
  let text = "";
  if (data.type !== "large-objects") for await (const batch of data.batches) text += Buffer.from(batch.bytes).toString();
  else {
    for await (const piece of data.pieces) {
      text += `${piece.first ? `${piece.oid}:` : ""}${Buffer.from(piece.bytes).toString("hex")}${piece.last ? "\n" : ""}`;
    }
  }
  return text;
}

/** Opens, checks and reads everything; the message of what went wrong, with its code. */
export async function complaintAbout(archive: Uint8Array | string): Promise<string> {
  try {
    const reader = typeof archive === "string" ? await openArchive(archive) : await openBytes(archive);
    await reader.verify();
    await everythingIn(reader);
    return "";
  } catch (error) {
    if (error instanceof Error && "code" in error) return `${String(error.code)}: ${error.message}`;
    throw error;
  }
}

/** Names and bytes of the files in a folder. */
export function filesIn(folder: string): Record<string, Buffer> {
  return Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [name, readFileSync(join(folder, name))]),
  );
}

/** Before 17 a large object has an entry of its own. */
export function oldLargeObjects(entryOf: (facts: Partial<Entry> & Pick<Entry, "kind">) => Entry): Content {
  const facts = { schema: null, section: "pre-data" } as const;
  const blob = (dumpId: number, tag: string): Entry =>
    entryOf({
      ...facts,
      dumpId,
      kind: "BLOB",
      tag,
      create: `SELECT pg_catalog.lo_create('${tag}');\n`,
      drop: `SELECT pg_catalog.lo_unlink('${tag}');\n`,
    });
  const blobs = entryOf({ dumpId: 32, kind: "BLOBS", tag: "BLOBS", schema: null, owner: "", section: "data", data: "large-objects" });
  return {
    entries: [blob(30, "5001"), blob(31, "3000000000"), blobs],
    data: () => ({
      type: "large-objects",
      pieces: each([
        { oid: 5001, bytes: Buffer.alloc(70000, 7), first: true, last: false },
        { oid: 5001, bytes: Buffer.from([0, 255]), first: false, last: true },
        { oid: 3000000000, bytes: new Uint8Array(0), first: true, last: true },
      ]),
    }),
  };
}
