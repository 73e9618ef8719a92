import { pathToFileURL } from "node:url";
import { shimMark } from "../../engine/shim-mark.ts";
import type { FaceProgram } from "./face.ts";

/** How a shim starts this very program. */
export interface ShimTarget {
  /** Path of the Node that runs now, and the options it was started with. */
  readonly node: string;
  readonly nodeOptions: readonly string[];
  /** Path of the program's main file. */
  readonly main: string;
  readonly windows: boolean;
}

export function shimFileName(program: FaceProgram, { windows }: ShimTarget): string {
  return windows ? `${program}.cmd` : program;
}

/** What Linux reads of a `#!` line, less some for older ones. */
const INTERPRETER_LINE_MAX = 120;

/**
 * The text of an executable that runs pgstow as the program. It is JavaScript for Node itself, so that a machine needs no shell, unless
 * Node's path or options do not fit into a `#!` line.
 */
export function shimText(program: FaceProgram, target: ShimTarget): string {
  const { node, nodeOptions, main, windows } = target;
  if (windows) {
    const words = [node, ...nodeOptions, main].map((word) => `"${word.replaceAll("%", "%%")}"`);
    return `@rem ${shimMark}.\r\n@${words.join(" ")} face ${program} %*\r\n`;
  }
  if (nodeOptions.length > 0 || /\s/.test(node) || node.length > INTERPRETER_LINE_MAX) {
    const words = [node, ...nodeOptions, main].map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`);
    return `#!/bin/sh\n# ${shimMark}.\nexec ${words.join(" ")} face ${program} "$@"\n`;
  }
  // The file has no extension, so it may be read as CommonJS or as a module: import() is in both. What a bundle is imported for, library
  // or program, the URL tells.
  return `#!${node}
// ${shimMark}.
process.argv.splice(2, 0, "face", "${program}");
import(${JSON.stringify(`${pathToFileURL(main).href}?program`)}).catch((error) => {
  console.error("${program}: error: pgstow does not start: " + error.message);
  process.exitCode = 1;
});
`;
}
