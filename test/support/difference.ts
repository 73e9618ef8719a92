import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "./run-program.ts";

const linesShown = 20;
const columnsShown = 200;

/** The first differing lines of two texts as `diff -u` shows them, "" when they are the same. For texts too long for an assertion. */
export async function difference(expected: string, actual: string, linesMax: number = linesShown): Promise<string> {
  if (expected === actual) return "";
  const folder = await mkdtemp(join(tmpdir(), "pgstow-diff-"));
  try {
    await writeFile(join(folder, "expected"), expected);
    await writeFile(join(folder, "actual"), actual);
    const { stdout } = await runProgram("diff", ["-u", "--label", "expected", "--label", "actual", "expected", "actual"], { cwd: folder });
    const lines = stdout.split("\n").map((line) => line.slice(0, columnsShown));
    const rest = lines.length - linesMax;
    return [...lines.slice(0, linesMax), ...(rest > 0 ? [`... and ${String(rest)} more lines of diff`] : [])].join("\n");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** How many lines are in one of the texts and not in the other. */
export async function countDifferingLines(expected: string, actual: string): Promise<number> {
  if (expected === actual) return 0;
  const shown = await difference(expected, actual, Number.POSITIVE_INFINITY);
  // The first two lines name the texts; all others that start with a sign differ.
  return shown
    .split("\n")
    .slice(2)
    .filter((line) => /^[-+]/.test(line)).length;
}
