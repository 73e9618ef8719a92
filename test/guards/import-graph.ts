import { readdir, readFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** A source file with what it imports: paths from the project's root ("src/core/errors.ts"), and names of packages. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly files: readonly string[];
  readonly packages: readonly string[];
}

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Every source file of the product, without its unit tests. */
export async function readSources(): Promise<readonly SourceFile[]> {
  const entries = await readdir(join(root, "src"), { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && /\.(ts|js)$/.test(entry.name) && !entry.name.includes(".test."))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length));
  return Promise.all(paths.sort().map(async (path) => parseSource(path, await readFile(join(root, path), "utf8"))));
}

export function parseSource(path: string, text: string): SourceFile {
  const files: string[] = [];
  const packages: string[] = [];
  for (const { fileName } of ts.preProcessFile(text, true, true).importedFiles) {
    if (fileName.startsWith(".")) files.push(normalize(join(dirname(path), fileName)));
    else if (!fileName.startsWith("node:")) packages.push(packageOf(fileName));
  }
  return { path, text, files, packages };
}

function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** The module that a file belongs to: its folder under src, or its own name at the top. */
export function moduleOf(path: string): string {
  return path.split("/")[1] ?? "";
}

/** Files that can be reached from a file by imports, with the way there. */
export function reachableFrom(start: SourceFile, sources: readonly SourceFile[]): ReadonlyMap<string, readonly string[]> {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const ways = new Map<string, readonly string[]>([[start.path, [start.path]]]);
  for (const [path, way] of ways) {
    for (const next of byPath.get(path)?.files ?? []) {
      if (!ways.has(next)) ways.set(next, [...way, next]);
    }
  }
  return ways;
}
