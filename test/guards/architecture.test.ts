import { describe, expect, test } from "vitest";
import { parseSource, readSources } from "./import-graph.ts";
import { laws } from "./laws.ts";

const sources = await readSources();

describe("the source", () => {
  test("is found", () => {
    expect(sources.map(({ path }) => path)).toContain("src/core/errors.ts");
  });

  for (const [law, violations] of Object.entries(laws)) {
    test(law, () => {
      expect(violations(sources)).toEqual([]);
    });
  }
});

/** For each law, files that break it. A law without an example here is a law that nobody has seen work. */
const offences: Readonly<Record<keyof typeof laws, readonly (readonly [path: string, text: string])[]>> = {
  "imports point down the flow": [["src/core/a.ts", 'export { b } from "../cli/b.ts";']],
  "restore and archive know no catalogs, by no detour": [
    ["src/restore/a.ts", 'const { b } = await import("../copy/b.ts");'],
    ["src/copy/b.ts", 'import type { C } from "../objects/c.ts";'],
    ["src/objects/c.ts", ""],
  ],
  "objects and facets know no driver and no session, by no detour": [
    ["src/objects/a.ts", 'import { b } from "../copy/b.ts";'],
    ["src/copy/b.ts", 'import pg from "pg";'],
  ],
  "each package is imported where it belongs": [["src/objects/a.ts", 'import { x } from "@scope/package/part";']],
  "process.exit stands in one file": [
    ["src/cli/a.ts", "process.exit(1);"],
    ["src/cli/b.ts", "process.exit(2);"],
  ],
  "no file is named for everything": [["src/core/string-utils.ts", ""]],
  "file names are kebab-case": [["src/core/stringThings.ts", ""]],
  "nothing names a place on somebody's machine": [["src/core/a.ts", "const here = '/home/me/project/';"]],
  "no work is left for later": [["src/core/a.ts", "// TODO: the rest"]],
  "files stay short": [["src/core/a.ts", "\n".repeat(351)]],
};

describe("a law is broken by", () => {
  for (const [law, violations] of Object.entries(laws)) {
    test(`its example: ${law}`, () => {
      const broken = (offences[law] ?? []).map(([path, text]) => parseSource(path, text));
      expect(violations(broken)).not.toEqual([]);
    });
  }
});
