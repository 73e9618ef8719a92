import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { PgstowError } from "../core/errors.ts";

/** Where a shell looks when nobody says where. */
const DEFAULT_PATH = "/usr/bin:/bin";

/**
 * Makes sure that there is such a command, as a shell finds it: a name with a slash is a file's, another stands in a folder of PATH. Throws
 * a PgstowError `file` that says why it could not be run.
 */
export async function checkCommand(program: string, path: string | undefined): Promise<void> {
  // There the system has rules of its own.
  if (process.platform === "win32") return;
  const folders = (path ?? DEFAULT_PATH).split(delimiter);
  const places = program.includes("/") ? [program] : folders.map((folder) => join(folder === "" ? "." : folder, program));
  let reason = "there is no such command";
  for (const place of program === "" ? [] : places) {
    const found = await whyNotRunnable(place);
    if (found === undefined) return;
    // What stands there, but cannot be run, says more than what does not.
    if (found !== MISSING && (found !== FOLDER || program.includes("/"))) reason = found;
  }
  throw new PgstowError("file", `could not run "${program}": ${reason}`, { hint: "Nothing was done." });
}

const MISSING = "there is no such file";
const FOLDER = "it is a folder";

async function whyNotRunnable(place: string): Promise<string | undefined> {
  const found = await stat(place).catch(() => undefined);
  if (found === undefined) return MISSING;
  if (found.isDirectory()) return FOLDER;
  return access(place, constants.X_OK).then(
    () => undefined,
    () => "permission denied",
  );
}
