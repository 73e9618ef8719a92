import type { ArchiveMetadata, ArchiveWriter, FolderSink, ScriptOptions, Sink } from "../archive/archive.ts";
import type { Entry } from "../archive/entry.ts";
import { PgstowError } from "../core/errors.ts";
import type { DumpOptions } from "./options.ts";

interface ArchiveContent {
  readonly metadata: ArchiveMetadata;
  readonly entries: readonly Entry[];
  readonly script: ScriptOptions;
}

/** Where an archive goes and in which form. */
export type WriterChoices = Pick<DumpOptions, "format" | "output" | "compressionLevel" | "compression" | "archiveMinor">;

/** The writer of the wanted format, with what the options say of it; the others are not even loaded. */
export async function openWriter(content: ArchiveContent, options: WriterChoices): Promise<ArchiveWriter> {
  const { output, compressionLevel, compression, archiveMinor } = options;
  const version = archiveMinor === undefined ? {} : { archiveMinor };
  const form = { ...version, ...(compression === undefined ? {} : { compression }) };
  switch (options.format) {
    case "plain":
      return (await import("../archive/plain/writer.ts")).openPlainWriter({
        ...content,
        ...(compression === undefined ? {} : { compression }),
        sink: fileOf(output),
      });
    case "stow":
      return (await import("../archive/stow/writer.ts")).openStowWriter({
        ...content,
        sink: fileOf(output),
        ...(compressionLevel === undefined ? {} : { level: compressionLevel }),
      });
    case "custom":
      return (await import("../archive/custom/writer.ts")).openCustomWriter({ ...content, ...form, sink: fileOf(output) });
    case "tar":
      return (await import("../archive/tar/writer.ts")).openTarWriter({ ...content, ...version, sink: fileOf(output) });
    case "directory":
      return (await import("../archive/directory/writer.ts")).openDirectoryWriter({ ...content, ...form, folder: folderOf(output) });
  }
}

function isFolder(output: Sink | FolderSink): output is FolderSink {
  return "file" in output;
}

function fileOf(output: Sink | FolderSink): Sink {
  if (isFolder(output)) throw new PgstowError("usage", "only a directory archive is written to a folder");
  return output;
}

function folderOf(output: Sink | FolderSink): FolderSink {
  if (!isFolder(output)) throw new PgstowError("usage", "a directory archive needs a folder to be written to");
  return output;
}
