import { PgstowError } from "../core/errors.ts";
import type { ParsedArguments } from "./option.ts";

/** The path of the archive that a command works on. */
export function archiveArgument(args: ParsedArguments): string {
  const [path] = args.positionals;
  if (path === undefined) throw new PgstowError("usage", "no archive given");
  return path;
}
