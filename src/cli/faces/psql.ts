import { PgstowError } from "../../core/errors.ts";
import type { Face } from "./face.ts";

export const psqlFace: Face = {
  program: "psql",
  options: [],
  help: () => "",
  run: () => Promise.reject(new PgstowError("unsupported", "psql is not available yet")),
};
