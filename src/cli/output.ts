import type { FolderSink, Sink } from "../archive/archive.ts";
import { PgstowError } from "../core/errors.ts";
import { createLocalFile } from "../store/local-file.ts";
import { createLocalFolder } from "../store/local-folder.ts";
import { streamSink } from "../store/stream.ts";
import { STANDARD_OUTPUT } from "./standard-output.ts";

export interface OutputOptions {
  /** Path; standard output when there is none, or for "-". */
  readonly file: string | undefined;
  /** Replace a file that exists. */
  readonly force: boolean;
  /** Not for people's eyes. */
  readonly binary: boolean;
  /** A folder of files. */
  readonly folder: boolean;
  /** Wait until all of it is safely on disk, which is so unless said otherwise. */
  readonly sync?: boolean;
}

/** Opens where the dump goes. Throws a PgstowError: `exists` for a file that is there already, `usage` for an archive to a terminal. */
export async function openOutput(options: OutputOptions): Promise<Sink | FolderSink> {
  if (options.folder) return openFolder(options);
  const { file, force, sync = true } = options;
  if (file !== undefined && file !== "-") return createLocalFile(file, { force, sync });
  if (options.binary && process.stdout.isTTY) {
    throw new PgstowError("usage", "an archive is not written to a terminal", {
      hint: "Name a file with -f, or redirect standard output.",
    });
  }
  return streamSink(process.stdout, STANDARD_OUTPUT);
}

function openFolder({ file, force, sync = true }: OutputOptions): Promise<FolderSink> {
  if (file === undefined || file === "-") {
    throw new PgstowError("usage", "no output directory specified", { hint: "Name a folder that is new or empty with -f." });
  }
  if (force) throw new PgstowError("usage", "option --force cannot replace a folder", { hint: "Name one that is new or empty." });
  return createLocalFolder(file, { sync });
}
