import { dirname } from "node:path";
import { PgstowError } from "../core/errors.ts";
import type { ErrorCode } from "../core/errors.ts";

const REASONS: Readonly<Record<string, readonly [reason: string, hint?: string]>> = {
  EACCES: ["permission denied"],
  EDQUOT: ["disk quota exceeded"],
  EISDIR: ["is a directory"],
  EMFILE: ["too many open files"],
  ENOENT: ["no such file or directory"],
  ENOSPC: ["no space left on the device", "free some space, or write to another place"],
  ENOTDIR: ["a part of the path is not a directory"],
  EPERM: ["operation not permitted"],
  EPIPE: ["the reader of the output went away"],
  EROFS: ["read-only file system"],
};

/** An error of the file system as one clear line: what could not be done, with what, and why. */
export function fileError(action: string, path: string, cause: unknown, code: ErrorCode = "file"): PgstowError {
  if (cause instanceof PgstowError) return cause;
  const errno = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const [reason, hint] = reasonOf(errno, action, path) ?? [cause instanceof Error ? cause.message : String(cause)];
  return new PgstowError(code, `could not ${action} "${path}": ${reason}`, {
    cause,
    context: { file: path },
    ...(hint === undefined ? {} : { hint }),
  });
}

function reasonOf(errno: string, action: string, path: string): readonly [reason: string, hint?: string] | undefined {
  // What is to be created cannot be what is missing.
  if (errno === "ENOENT" && action.startsWith("create"))
    return [`there is no folder "${dirname(path)}"`, "make the folder first, or write to another place"];
  return REASONS[errno];
}
