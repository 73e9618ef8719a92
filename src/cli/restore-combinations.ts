import { PgstowError } from "../core/errors.ts";
import type { ParsedArguments } from "./option.ts";
import type { RestoreManner } from "./restore-arguments.ts";

const DATA_ONLY = "-a/--data-only";
const SCHEMA_ONLY = "-s/--schema-only";
const STATISTICS_ONLY = "--statistics-only";
const CLEAN = "-c/--clean";
const CREATE = "-C/--create";
const SINGLE = "-1/--single-transaction";

/** Pairs that pg_restore refuses, in the order in which it looks at them. */
const exclusive: readonly (readonly [string, string])[] = [
  [SCHEMA_ONLY, DATA_ONLY],
  [SCHEMA_ONLY, STATISTICS_ONLY],
  [DATA_ONLY, STATISTICS_ONLY],
  [DATA_ONLY, "--no-data"],
  [SCHEMA_ONLY, "--no-schema"],
  [STATISTICS_ONLY, "--no-statistics"],
  ["--statistics", "--no-statistics"],
  [DATA_ONLY, "--statistics"],
  [SCHEMA_ONLY, "--statistics"],
  [CLEAN, DATA_ONLY],
];

const INT_MAX = 2_147_483_647;
const numbers: Readonly<Record<string, string>> = { jobs: "-j/--jobs", "transaction-size": "--transaction-size" };

/** Throws a PgstowError `usage` in pg_restore's words for options that exclude or need each other. */
export function checkRestoreCombinations(args: ParsedArguments, manner: RestoreManner): void {
  const refuse = (message: string, hint?: string): never => {
    throw new PgstowError("usage", message, hint === undefined ? {} : { hint });
  };
  const isGiven = (option: string) => args.flag(option.replace(/^.*--/, ""));
  const [toDatabase, toFile] = [args.value("dbname") !== undefined, args.value("file") !== undefined];
  checkValues(args);
  if (!toDatabase && !toFile && !args.flag("list")) refuse("one of -d/--dbname and -f/--file must be specified");
  if (toDatabase && toFile) refuse("options -d/--dbname and -f/--file cannot be used together", tryHelp(manner));
  if (toDatabase && isGiven("--restrict-key")) refuse("options -d/--dbname and --restrict-key cannot be used together", tryHelp(manner));
  const key = args.value("restrict-key");
  if (key !== undefined && !/^[A-Za-z0-9]+$/.test(key)) refuse("invalid restrict key");
  for (const [one, other] of exclusive) {
    if (isGiven(one) && isGiven(other)) refuse(`options ${one} and ${other} cannot be used together`);
  }
  checkTransactions(args, manner, refuse);
  if (isGiven("--if-exists") && !isGiven(CLEAN)) refuse(`option --if-exists requires option ${CLEAN}`);
}

function checkTransactions(args: ParsedArguments, manner: RestoreManner, refuse: (message: string) => never): void {
  const isGiven = (name: string) => args.flag(name);
  const single = isGiven("single-transaction");
  const jobs = numberOf(args, "jobs") ?? 1;
  if (single && isGiven("create")) refuse(`options ${CREATE} and ${SINGLE} cannot be used together`);
  if (single && isGiven("transaction-size")) refuse(`options ${SINGLE} and --transaction-size cannot be used together`);
  if (single && jobs > 1) refuse("cannot specify both --single-transaction and multiple jobs");
  if (manner === "pg_restore") return;
  for (const other of ["no-single-transaction", "continue-on-error"]) {
    if (single && isGiven(other)) refuse(`options ${SINGLE} and --${other} cannot be used together`);
  }
  if (isGiven("exit-on-error") && isGiven("continue-on-error")) {
    refuse("options -e/--exit-on-error and --continue-on-error cannot be used together");
  }
  if (isGiven("transaction-size") && isGiven("continue-on-error")) {
    refuse("options --transaction-size and --continue-on-error cannot be used together");
  }
}

function checkValues(args: ParsedArguments): void {
  for (const name of Object.keys(numbers)) numberOf(args, name);
  const section = args.list("section").find((name) => !["pre-data", "data", "post-data"].includes(name));
  if (section !== undefined) throw new PgstowError("usage", `unrecognized section name: "${section}"`);
}

/** The value of an option with a number from 1 on; undefined when it is not given. */
export function numberOf(args: ParsedArguments, name: "jobs" | "transaction-size" | (string & {})): number | undefined {
  const text = args.value(name);
  if (text === undefined) return undefined;
  const label = numbers[name] ?? `--${name}`;
  if (!/^\s*[+-]?\d+\s*$/.test(text)) throw new PgstowError("usage", `invalid value "${text}" for option ${label}`);
  const number = Number(text);
  if (number < 1 || number > INT_MAX) throw new PgstowError("usage", `${label} must be in range 1..${String(INT_MAX)}`);
  return number;
}

function tryHelp(manner: RestoreManner): string {
  return `Try "${manner === "pgstow" ? "pgstow restore" : manner} --help" for more information.`;
}
