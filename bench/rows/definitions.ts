import { readFile } from "node:fs/promises";
import type { Bench } from "../bench.ts";
import { fileOf, pgstow } from "../bench.ts";
import type { Contender } from "../trial.ts";
import { dumper } from "./dumping.ts";

/** Both dump definitions alone, as the same text but for the lines that name versions and the key of \restrict. */
export function definitionDumpers(
  bench: Bench,
  url: string,
  names: { readonly ours: string; readonly rival: string },
): readonly Contender[] {
  const [ourFile, theirFile] = [fileOf(bench, "ours.sql"), fileOf(bench, "theirs.sql")];
  const check = async () => {
    const [ours, theirs] = [linesOf(await readFile(ourFile, "utf8")), linesOf(await readFile(theirFile, "utf8"))];
    const at = theirs.findIndex((line, i) => line !== ours[i]);
    if (at !== -1 || ours.length !== theirs.length) {
      throw new Error(`another text than pg_dump's: ${ours[at] ?? "nothing"} instead of ${theirs[at] ?? "nothing"}`);
    }
  };
  return [
    dumper({
      name: names.rival,
      ours: false,
      output: theirFile,
      command: () => ({ pipeline: [[bench.rivals.path("pg_dump"), "--schema-only", "-f", theirFile, "-d", url]] }),
    }),
    dumper({
      name: names.ours,
      ours: true,
      output: ourFile,
      check,
      command: () => ({ pipeline: [pgstow("dump", "--schema-only", "-f", ourFile, "-d", url)] }),
    }),
  ];
}

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => !/^-- Dumped (from database|by pg_dump) version |^\\(un)?restrict /.test(line));
}
