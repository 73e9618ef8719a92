import { stat } from "node:fs/promises";
import { PgstowError } from "../core/errors.ts";
import { readStart } from "../store/file-start.ts";
import { inProgramWords } from "./faces/system-words.ts";

const HEAD_BYTES = 512;
const MAGIC_BYTES = 5;
const SCRIPT_STARTS = ["--\n-- PostgreSQL database dump\n", "--\n-- PostgreSQL database cluster dump\n"];

/** What pg_restore says of something that it cannot open as an archive; `path` is undefined for standard input. */
export async function explainUnreadable(error: unknown, path: string | undefined): Promise<unknown> {
  if (!(error instanceof PgstowError)) return error;
  if (error.code === "file" && path !== undefined) return inProgramWords(`could not open input file "${path}"`, error);
  if (error.code !== "not-an-archive") return error;
  const [, version] = /in version (\d+\.\d+), which is not known/.exec(error.message) ?? [];
  const words = version === undefined ? await wordsFor(path) : `unsupported version (${version}) in file header`;
  return new PgstowError("not-an-archive", words, { cause: error, context: error.context });
}

async function wordsFor(path: string | undefined): Promise<string> {
  const noArchive = "input file does not appear to be a valid archive";
  if (path === undefined) return noArchive;
  if ((await stat(path)).isDirectory()) return `directory "${path}" does not appear to be a valid archive ("toc.dat" does not exist)`;
  const head = (await readStart(path, HEAD_BYTES)).toString("latin1");
  if (head.length < MAGIC_BYTES) return `input file is too short (read ${String(head.length)}, expected ${String(MAGIC_BYTES)})`;
  if (SCRIPT_STARTS.some((start) => head.startsWith(start))) return "input file appears to be a text format dump. Please use psql.";
  return head.length < HEAD_BYTES ? `${noArchive} (too short?)` : noArchive;
}
