import { PgstowError } from "../../core/errors.ts";

/** What C programs print for an error of the operating system, by Node's code. */
const words: Readonly<Record<string, string>> = {
  EACCES: "Permission denied",
  EDQUOT: "Disk quota exceeded",
  EEXIST: "File exists",
  EISDIR: "Is a directory",
  EMFILE: "Too many open files",
  ENOENT: "No such file or directory",
  ENOSPC: "No space left on device",
  ENOTDIR: "Not a directory",
  ENOTEMPTY: "Directory not empty",
  EPERM: "Operation not permitted",
  EPIPE: "Broken pipe",
  EROFS: "Read-only file system",
};

/** Node's code of an error of the operating system; empty for any other. */
export function systemCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

/** The system's words for what refused a file; undefined when it was something else. */
export function systemWords(error: unknown): string | undefined {
  if (error instanceof PgstowError) return error.code === "exists" ? words["EEXIST"] : systemWords(error.cause);
  return words[systemCode(error)];
}

/** An error of the file system as PostgreSQL's programs word it: `could not open output file "x": No such file or directory`. */
export function inProgramWords(what: string, error: unknown): unknown {
  const reason = systemWords(error);
  return reason === undefined ? error : new PgstowError("file", `${what}: ${reason}`, { cause: error });
}
