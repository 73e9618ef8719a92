import { realpath, stat } from "node:fs/promises";
import type { FolderSink, Sink } from "../../archive/archive.ts";
import { PgstowError } from "../../core/errors.ts";
import { createLocalFile } from "../../store/local-file.ts";
import { createLocalFolder } from "../../store/local-folder.ts";
import { streamSink } from "../../store/stream.ts";
import { STANDARD_OUTPUT } from "../standard-output.ts";
import { inProgramWords } from "./system-words.ts";

/**
 * Standard output, or a file that replaces one of that name once it is whole; links are followed, and the permissions of what was there
 * stay. Throws a PgstowError `file` in the words of PostgreSQL's programs.
 */
export async function openOutputFile(file: string | undefined, sync: boolean): Promise<Sink> {
  if (file === undefined) return streamSink(process.stdout, STANDARD_OUTPUT);
  if (file === "") throw new PgstowError("file", 'could not open output file "": No such file or directory');
  const existing = await stat(file).catch(() => undefined);
  const path = existing === undefined ? file : await realpath(file);
  try {
    return await createLocalFile(path, { force: true, sync, access: "usual" });
  } catch (error) {
    throw inProgramWords(`could not open output file "${file}"`, error);
  }
}

/** A folder that is new or empty. Throws a PgstowError `file`. */
export async function openOutputFolder(folder: string, sync: boolean): Promise<FolderSink> {
  try {
    return await createLocalFolder(folder, { sync });
  } catch (error) {
    const what = `could not create directory "${folder}"`;
    const taken = (await stat(folder).catch(() => undefined)) !== undefined;
    throw taken ? new PgstowError("file", `${what}: File exists`) : inProgramWords(what, error);
  }
}
