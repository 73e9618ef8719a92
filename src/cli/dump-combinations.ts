import type { DumpFormat } from "../archive/format-of-name.ts";
import { PgstowError } from "../core/errors.ts";
import type { FilterPatterns } from "./filter-file.ts";
import type { ParsedArguments } from "./option.ts";

const DATA_ONLY = "-a/--data-only";
const SCHEMA_ONLY = "-s/--schema-only";
const CLEAN = "-c/--clean";
const FOREIGN_DATA = "--include-foreign-data";

/** Pairs that pg_dump refuses, in the order in which it looks at them. */
const EXCLUSIVE: readonly (readonly [string, string])[] = [
  [SCHEMA_ONLY, DATA_ONLY],
  [SCHEMA_ONLY, "--statistics-only"],
  [DATA_ONLY, "--statistics-only"],
  [DATA_ONLY, "--no-data"],
  [SCHEMA_ONLY, "--no-schema"],
  ["--statistics-only", "--no-statistics"],
  ["--statistics", "--no-statistics"],
  [DATA_ONLY, "--statistics"],
  [SCHEMA_ONLY, "--statistics"],
  [SCHEMA_ONLY, FOREIGN_DATA],
];

const INSERT_OPTIONS = ["inserts", "rows-per-insert", "column-inserts"];

/** Throws a PgstowError `usage` in pg_dump's words for options that exclude or need each other. */
export function checkDumpCombinations(args: ParsedArguments, filters: FilterPatterns): void {
  const isGiven = (option: string): boolean => {
    if (option === FOREIGN_DATA) return args.list("include-foreign-data").length + filters.includeForeignData.length > 0;
    return args.flag(option.replace(/^.*--/, ""));
  };
  const refuse = (message: string): never => {
    throw new PgstowError("usage", message);
  };
  const exclude = (one: string, other: string): void => {
    if (isGiven(one) && isGiven(other)) refuse(`options ${one} and ${other} cannot be used together`);
  };
  for (const [one, other] of EXCLUSIVE) exclude(one, other);
  if (Number(args.value("jobs") ?? 1) > 1 && isGiven(FOREIGN_DATA)) {
    refuse(`option ${FOREIGN_DATA} is not supported with parallel backup`);
  }
  exclude(CLEAN, DATA_ONLY);
  if (isGiven("--if-exists") && !isGiven(CLEAN)) refuse(`option --if-exists requires option ${CLEAN}`);
  if (isGiven("--on-conflict-do-nothing") && !INSERT_OPTIONS.some((name) => args.value(name) !== undefined || args.flag(name))) {
    refuse("option --on-conflict-do-nothing requires option --inserts, --rows-per-insert, or --column-inserts");
  }
}

/** The same for what depends on the format. */
export function checkDumpForm(args: ParsedArguments, format: DumpFormat): void {
  const key = args.value("restrict-key");
  if (key !== undefined && format !== "plain") {
    throw new PgstowError("usage", "option --restrict-key can only be used with --format=plain");
  }
  if (key !== undefined && !/^[A-Za-z0-9]+$/.test(key)) throw new PgstowError("usage", "invalid restrict key");
  const method = args.value("sync-method");
  if (method !== undefined && method !== "fsync" && method !== "syncfs")
    throw new PgstowError("usage", `unrecognized sync method: ${method}`);
}
