import type { SourceFile } from "./import-graph.ts";
import { moduleOf, reachableFrom } from "./import-graph.ts";

/** What each module may import besides itself: modules, or single files of them. Imports point down the flow, never back. */
const allowedImports: Readonly<Record<string, readonly string[]>> = {
  "index.ts": ["backup", "convert", "dumpall", "engine", "dump", "restore", "archive", "store", "chunk", "postgres", "core"],
  cli: ["index.ts", "backup", "convert", "dumpall", "engine", "dump", "restore", "psql", "archive", "store", "chunk", "postgres", "core"],
  backup: ["dump", "restore", "copy", "archive", "store", "postgres", "core"],
  dump: ["catalog", "order", "script", "copy", "objects", "facets", "archive", "store", "chunk", "postgres", "core"],
  convert: ["dump", "restore", "archive", "store", "core"],
  dumpall: ["dump", "catalog", "objects", "facets", "archive", "store", "postgres", "core"],
  engine: ["convert", "dump", "restore", "archive", "store", "postgres", "core"],
  restore: ["psql", "copy", "archive", "store", "chunk", "postgres", "core"],
  psql: ["copy", "archive/compression", "store", "postgres", "core"],
  catalog: ["objects", "facets", "order", "archive", "postgres", "core"],
  script: ["catalog", "objects", "facets", "order", "archive", "core"],
  order: ["objects", "archive", "core"],
  objects: ["facets", "archive", "core"],
  facets: ["objects", "archive", "core"],
  copy: ["archive", "chunk", "postgres", "core"],
  // The shapes of sinks and sources are the archive's own words; a store knows nothing else of archives.
  store: ["archive/archive.ts", "core"],
  archive: ["store", "chunk", "core"],
  postgres: ["core"],
  chunk: ["core"],
  core: [],
};

/** Packages that only some modules may import. */
const packageHomes: Readonly<Record<string, readonly string[]>> = {
  pg: ["postgres", "copy"],
  "pg-copy-streams": ["postgres", "copy"],
  pgpass: ["postgres"],
  "pg-connection-string": ["postgres"],
  "zstd-napi": ["chunk", "archive"],
  yargs: ["cli"],
  "@aws-sdk/client-s3": ["store"],
  "@aws-sdk/lib-storage": ["store"],
  jiti: ["backup"],
  lilconfig: ["backup"],
  yaml: ["backup"],
  zod: ["backup"],
};

const linesMax = 350;

/** Each law finds its violations, one line each; none when the law holds. */
export const laws: Readonly<Record<string, (sources: readonly SourceFile[]) => readonly string[]>> = {
  "imports point down the flow": (sources) =>
    sources.flatMap(({ path, files }) => {
      const allowed = allowedImports[moduleOf(path)];
      if (allowed === undefined) return [`${path}: module ${moduleOf(path)} is not in the table of modules`];
      return files
        .filter((file) => moduleOf(file) !== moduleOf(path) && !isAllowed(file, allowed))
        .map((file) => `${path} imports ${file}`);
    }),

  "restore and archive know no catalogs, by no detour": (sources) =>
    detours(sources, ["restore", "archive"], (file) => ["objects", "facets", "catalog"].includes(moduleOf(file.path))),

  "objects and facets know no driver and no session, by no detour": (sources) =>
    detours(
      sources,
      ["objects", "facets"],
      (file) => moduleOf(file.path) === "postgres" || file.packages.some((name) => ["postgres", "pg", "pg-copy-streams"].includes(name)),
    ),

  "each package is imported where it belongs": (sources) =>
    sources.flatMap(({ path, packages }) =>
      packages
        .filter((name) => !(packageHomes[name] ?? []).includes(moduleOf(path)))
        .map((name) => `${path} imports the package ${name}${name in packageHomes ? "" : ", which is in no table"}`),
    ),

  "process.exit stands in one file": (sources) => {
    const files = sources.filter(({ text }) => /\bprocess\.exit\(/.test(text)).map(({ path }) => path);
    return files.length <= 1 && files.every((path) => moduleOf(path) === "cli") ? [] : files;
  },

  "no file is named for everything": (sources) =>
    sources.map(({ path }) => path).filter((path) => /(^|[/-])(utils?|helpers?|common|misc)([-./]|$)/.test(path)),

  "file names are kebab-case": (sources) =>
    sources.map(({ path }) => path).filter((path) => !/^src(\/[a-z0-9]+(-[a-z0-9]+)*)+(\.d)?\.(ts|js)$/.test(path)),

  "nothing names a place on somebody's machine": (sources) => findLines(sources, /\/(?:work|root|home\/\w+|Users\/\w+)\/|\.\.\/shared\b/),

  "no work is left for later": (sources) => findLines(sources, /\b(?:TODO|FIXME|XXX|HACK)\b/),

  "files stay short": (sources) =>
    sources.flatMap(({ path, text }) => {
      const lines = text.split("\n").length - 1;
      return lines > linesMax ? [`${path}: ${String(lines)} lines, more than ${String(linesMax)}`] : [];
    }),
};

function isAllowed(file: string, allowed: readonly string[]): boolean {
  return (
    file.startsWith("src/") &&
    (allowed.includes(moduleOf(file)) || allowed.some((one) => `${file.slice("src/".length)}/`.startsWith(`${one}/`)))
  );
}

function detours(sources: readonly SourceFile[], modules: readonly string[], isForbidden: (file: SourceFile) => boolean): string[] {
  const forbidden = new Set(sources.filter(isForbidden).map(({ path }) => path));
  return sources
    .filter(({ path }) => modules.includes(moduleOf(path)))
    .flatMap((source) => [...reachableFrom(source, sources)])
    .filter(([path]) => forbidden.has(path))
    .map(([, way]) => way.join(" -> "));
}

function findLines(sources: readonly SourceFile[], pattern: RegExp): string[] {
  return sources.flatMap(({ path, text }) =>
    text.split("\n").flatMap((line, index) => (pattern.test(line) ? [`${path}:${String(index + 1)}: ${line.trim()}`] : [])),
  );
}
