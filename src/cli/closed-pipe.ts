import { PgstowError } from "../core/errors.ts";
import { STANDARD_OUTPUT } from "./standard-output.ts";

/** Whoever read our standard output has gone (`| head`); that needs no words. */
export function isClosedPipe(error: unknown): boolean {
  if (!(error instanceof PgstowError) || error.code !== "file" || error.context.file !== STANDARD_OUTPUT) return false;
  return error.cause instanceof Error && "code" in error.cause && error.cause.code === "EPIPE";
}
