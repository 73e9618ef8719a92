import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";

interface LockFile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lock = JSON.parse(await readFile(new URL("../../package-lock.json", import.meta.url), "utf8")) as LockFile;

describe("package-lock.json", () => {
  test("names no registry: the one that npm is told to use serves", () => {
    expect(registriesIn(lock)).toEqual([]);
  });

  // npm writes no entry for a package that its registry did not have just then, and `npm ci` refuses the file ever after. Such an entry
  // has to be written by hand: version, os, cpu, optional.
  test("has an entry for every optional package, of every platform", () => {
    expect(missingIn(lock)).toEqual([]);
  });

  test("that breaks these rules is found", () => {
    const broken: LockFile = {
      packages: {
        "node_modules/tool": { resolved: "https://registry.example.com/tool.tgz", optionalDependencies: { "tool-darwin": "1.0.0" } },
      },
    };
    expect(registriesIn(broken)).toEqual(["node_modules/tool"]);
    expect(missingIn(broken)).toEqual(["node_modules/tool wants tool-darwin"]);
  });
});

function registriesIn({ packages }: LockFile): string[] {
  return Object.keys(packages).filter((path) => packages[path]?.resolved !== undefined);
}

function missingIn({ packages }: LockFile): string[] {
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages))
      .map((name) => `${path} wants ${name}`),
  );
}
