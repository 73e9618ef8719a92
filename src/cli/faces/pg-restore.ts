import { PgstowError } from "../../core/errors.ts";
import type { Face } from "./face.ts";
import { pgRestoreHelp, pgRestoreOptions } from "./pg-restore-options.ts";

export const pgRestoreFace: Face = {
  program: "pg_restore",
  options: pgRestoreOptions,
  help: pgRestoreHelp,
  run: () => Promise.reject(new PgstowError("unsupported", "pg_restore is not available yet")),
};
