/** Stands in the first two lines of the programs that `pgstow shim` writes. */
export const shimMark = "Written by pgstow shim";

/** Whether a file was written by `pgstow shim`, of any release. */
export function isShim(text: string): boolean {
  return text.split("\n", 2).some((line) => line.includes(shimMark));
}
