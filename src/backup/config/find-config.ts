import { dirname, resolve } from "node:path";

import { lilconfig } from "lilconfig";
import type { Loader } from "lilconfig";

import { PgstowError } from "../../core/errors.ts";
import { fileError } from "../../store/file-error.ts";
import type { PgstowConfig } from "./schema.ts";

/** A configuration that was found. Relative stores are relative to `folder`. */
export interface FoundConfig {
  readonly config: PgstowConfig;
  readonly file: string;
  readonly folder: string;
}

const NAMES = ["json", "yaml", "yml", "ts", "mts", "js", "mjs", "cjs"].map((ending) => `pgstow.config.${ending}`);

/**
 * The configuration for work in a folder: the file that is named, else `pgstow.config.json|yaml|yml|ts|mts|js|mjs|cjs` or the key `pgstow`
 * of package.json, there or in the nearest folder above that has one. Undefined when there is none. Throws a PgstowError `usage` or `file`.
 */
export async function findConfig(folder: string, named?: string): Promise<FoundConfig | undefined> {
  // Loaded only when used: it brings a compiler.
  // Loaded when a file asks for them: most runs have one configuration, or none.
  const module: Loader = async (path) => {
    const { createJiti } = await import("jiti");
    return createJiti(import.meta.url, { moduleCache: false }).import(path, { default: true });
  };
  const yaml: Loader = async (_, text) => (await import("yaml")).parse(text) as unknown;
  const json: Loader = (_, text) => JSON.parse(text) as unknown;
  const modules = Object.fromEntries([".ts", ".mts", ".js", ".mjs", ".cjs"].map((ending) => [ending, module]));
  const search = lilconfig("pgstow", {
    searchPlaces: ["package.json", ...NAMES],
    loaders: { ".json": json, ".yaml": yaml, ".yml": yaml, noExt: yaml, ...modules },
    cache: false,
  });
  const found = await read(() => (named === undefined ? search.search(folder) : search.load(resolve(folder, named))), named);
  if (found === null) return undefined;
  const { filepath: file } = found;
  // A module may hand out a function or a promise of what it configures.
  const value: unknown = typeof found.config === "function" ? await (found.config as () => unknown)() : found.config;
  if (found.isEmpty === true || value === undefined) {
    throw new PgstowError("usage", `${file}: ${file.endsWith("package.json") ? 'has no key "pgstow"' : "is empty"}`, { context: { file } });
  }
  const { parseConfig } = await import("./schema.ts");
  return { config: parseConfig(value, file), file, folder: dirname(file) };
}

async function read<T>(work: () => Promise<T>, named: string | undefined): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof PgstowError) throw cause;
    const isErrno =
      cause instanceof Error && "code" in cause && typeof cause.code === "string" && cause.code.startsWith("E") && "syscall" in cause;
    if (isErrno && named !== undefined) throw fileError("read", named, cause);
    const reason = cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause);
    throw new PgstowError("usage", `the configuration${named === undefined ? "" : ` "${named}"`} could not be read: ${reason}`, { cause });
  }
}
