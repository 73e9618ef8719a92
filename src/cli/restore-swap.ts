import { PgstowError } from "../core/errors.ts";
import type { SettingsInput } from "../postgres/settings.ts";
import type { SwapOptions } from "../restore/swap/swap.ts";
import type { CommandContext } from "./command.ts";
import { defined, type ParsedArguments } from "./option.ts";

/** What --swap cannot be used with: other ways to be atomic or not, other places, and parts of the archive. */
const EXCLUDED: readonly (readonly [name: string, label: string])[] = [
  ["single-transaction", "-1/--single-transaction"],
  ["no-single-transaction", "--no-single-transaction"],
  ["transaction-size", "--transaction-size"],
  ["continue-on-error", "--continue-on-error"],
  ["no-data-for-failed-tables", "--no-data-for-failed-tables"],
  ["clean", "-c/--clean"],
  ["if-exists", "--if-exists"],
  ["create", "-C/--create"],
  ["file", "-f/--file"],
  ["list", "-l/--list"],
  ["use-list", "-L/--use-list"],
  ["filter", "--filter"],
  ["section", "--section"],
  ["data-only", "-a/--data-only"],
  ["schema-only", "-s/--schema-only"],
  ["statistics-only", "--statistics-only"],
  ["no-data", "--no-data"],
  ["no-schema", "--no-schema"],
  ["schema", "-n/--schema"],
  ["exclude-schema", "-N/--exclude-schema"],
  ["table", "-t/--table"],
  ["index", "-I/--index"],
  ["function", "-P/--function"],
  ["trigger", "-T/--trigger"],
  ["disable-triggers", "--disable-triggers"],
];
const HINT = "A swap puts a new database with all of the archive in the target's place, or changes nothing.";

/** Throws a PgstowError `usage` for options that --swap excludes, or that are for it. */
export function checkSwapCombinations(args: ParsedArguments): void {
  const refuse = (message: string, hint?: string): never => {
    throw new PgstowError("usage", message, hint === undefined ? {} : { hint });
  };
  if (!args.flag("swap")) {
    if (args.value("swap-timeout") !== undefined) refuse("option --swap-timeout requires option --swap");
    if (args.flag("drop-old")) {
      refuse(
        "option --drop-old with an archive requires option --swap",
        "Alone, with -d NAME, it drops the databases that earlier swaps of NAME have kept.",
      );
    }
    return;
  }
  const excluded = EXCLUDED.find(([name]) => args.flag(name) || args.value(name) !== undefined || args.list(name).length > 0);
  if (excluded !== undefined) refuse(`options --swap and ${excluded[1]} cannot be used together`, HINT);
  if (args.value("engine") !== undefined && args.value("engine") !== "native") {
    refuse("options --swap and --engine cannot be used together: only pgstow itself can swap");
  }
  if (args.value("dbname") === undefined) refuse("option --swap requires option -d/--dbname");
  swapTimeout(args);
}

/** What --swap and its options ask for; undefined without it. */
export function swapOf(args: ParsedArguments): SwapOptions | undefined {
  if (!args.flag("swap")) return undefined;
  return defined({ timeoutMs: swapTimeout(args), dropOld: args.flag("drop-old") || undefined });
}

const UNITS: Readonly<Record<string, number>> = { "": 1000, s: 1000, ms: 1, min: 60_000, h: 3_600_000 };
const TIMEOUT_MS_MAX = 86_400_000;

/** In milliseconds. */
function swapTimeout(args: ParsedArguments): number | undefined {
  const text = args.value("swap-timeout");
  if (text === undefined) return undefined;
  const [, count, unit = ""] = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|min|h)?\s*$/.exec(text) ?? [];
  const milliseconds = Math.round(Number(count) * (UNITS[unit] ?? NaN));
  if (milliseconds >= 1 && milliseconds <= TIMEOUT_MS_MAX) return milliseconds;
  throw new PgstowError("usage", `invalid value "${text}" for option --swap-timeout`, {
    hint: "Seconds, or 500ms, 30s, 5min; a day at most.",
  });
}

/** Whether only the databases that earlier swaps have kept are to be dropped. */
export function onlyDropsOld(args: ParsedArguments): boolean {
  return args.flag("drop-old") && !args.flag("swap") && args.positionals.length === 0;
}

/** Drops them, and says so of each. */
export async function dropOld(args: ParsedArguments, connection: SettingsInput, { signal }: CommandContext): Promise<void> {
  const other = [...EXCLUDED, ["jobs", "-j/--jobs"] as const, ["swap-timeout", "--swap-timeout"] as const].find(
    ([name]) => args.flag(name) || args.value(name) !== undefined || args.list(name).length > 0,
  );
  if (other !== undefined) throw new PgstowError("usage", `options --drop-old and ${other[1]} cannot be used together without --swap`);
  if (args.value("dbname") === undefined) throw new PgstowError("usage", "option --drop-old requires option -d/--dbname");
  const { dropOldDatabases } = await import("../restore/swap/drop-old.ts");
  await dropOldDatabases({
    connection,
    environment: process.env,
    signal,
    ...defined({ role: args.value("role") }),
    onDropped: (name) => process.stdout.write(`Dropped database ${name}\n`),
  });
}

/** Says what has become of the old database. */
export function sayOldDatabase(oldDatabase: string | null, database: string): void {
  if (oldDatabase === null) {
    process.stdout.write(`Database ${database} is the restored one; the old one was dropped\n`);
    return;
  }
  process.stdout.write(
    `Database ${database} is the restored one; the old one is kept as ${oldDatabase}\n` +
      `To drop it: pgstow restore --drop-old -d ${shellWord(database)} (and the connection options of this run)\n`,
  );
}

function shellWord(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
