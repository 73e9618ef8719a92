import { PgstowError } from "../../core/errors.ts";
import type { Face } from "./face.ts";
import { pgDumpallHelp, pgDumpallOptions } from "./pg-dumpall-options.ts";

export const pgDumpallFace: Face = {
  program: "pg_dumpall",
  options: pgDumpallOptions,
  help: pgDumpallHelp,
  run: () => Promise.reject(new PgstowError("unsupported", "pg_dumpall is not available yet")),
};
