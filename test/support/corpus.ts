import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

/** One script of `fixtures/corpus/KIND/NAME.sql`, which makes its objects in an empty database. */
export interface CorpusCase {
  readonly kind: string;
  readonly name: string;
  readonly file: string;
  /** From the line `-- requires: N` or `-- requires: N to M`: the server majors that it loads on. */
  readonly majorMin: number;
  readonly majorMax: number;
  /** From the line `-- dump only: REASON`: its dump cannot be restored, nor could pg_dump's. */
  readonly dumpOnly: boolean;
  /** From the line `-- options: --create ...`: what both sides are asked for. Such a case is not restored. */
  readonly options: readonly string[];
}

const folder = fileURLToPath(new URL("../../fixtures/corpus", import.meta.url));
const deviationsFolder = fileURLToPath(new URL("../../fixtures/deviations", import.meta.url));

/** Scripts of databases whose dump by pg_dump does not load, by name. */
export function deviationCases(): readonly CorpusCase[] {
  return readdirSync(deviationsFolder)
    .filter((file) => file.endsWith(".sql"))
    .sort()
    .map((file) => readCase("deviation", join(deviationsFolder, file)));
}

/** All cases, by kind and name. PGSTOW_CORPUS ("view", "view/dummy") narrows them to paths that start so. */
export function corpusCases(wanted: string = process.env["PGSTOW_CORPUS"] ?? ""): readonly CorpusCase[] {
  const kinds = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const cases = kinds.flatMap(({ name: kind }) =>
    readdirSync(join(folder, kind))
      .filter((file) => file.endsWith(".sql"))
      .map((file) => readCase(kind, join(folder, kind, file))),
  );
  return cases
    .filter(({ kind, name }) => `${kind}/${name}`.startsWith(wanted))
    .sort((a, b) => `${a.kind}/${a.name}`.localeCompare(`${b.kind}/${b.name}`, "en"));
}

function readCase(kind: string, file: string): CorpusCase {
  const text = readFileSync(file, "utf8");
  // Roles are there for all databases of the server, and a dump in another encoding reads their names too.
  if (/CREATE (?:ROLE|USER) [^;]*[^ -~\s]/.test(text)) {
    throw new Error(`${file}: names of roles are in ASCII`);
  }
  const [, majorMin, majorMax] = /^-- requires: (\d+)(?: to (\d+))?$/m.exec(text) ?? [];
  return {
    kind,
    name: basename(file, ".sql"),
    file,
    majorMin: Number(majorMin ?? 0),
    majorMax: Number(majorMax ?? Infinity),
    dumpOnly: /^-- dump only: ./m.test(text),
    options: /^-- options: (.*)$/m.exec(text)?.[1]?.split(" ") ?? [],
  };
}
