import { readStart } from "../store/file-start.ts";

/** Stands in the first two lines of the programs that `pgstow shim` writes. */
export const shimMark = "Written by pgstow shim";

/** Enough of a file for its first two lines, the first of which has the path of an interpreter. */
const BEGINNING_BYTES = 1024;

/** Whether the file was written by `pgstow shim`, of any release. One that cannot be read was not. */
export async function isShim(path: string): Promise<boolean> {
  const text = await readStart(path, BEGINNING_BYTES).then(
    (start) => start.toString("latin1"),
    () => "",
  );
  return text.split("\n", 2).some((line) => line.includes(shimMark));
}
