import { PgstowError } from "../core/errors.ts";
import { nearestName } from "./nearest-name.ts";

/** One option of a command, under pg_dump's name where pg_dump has it. */
export interface OptionSpec {
  readonly name: string;
  readonly short?: string;
  /** Other names for the same. */
  readonly aliases?: readonly string[];
  /** `flag` takes no value; `value` takes one, the last wins; `list` takes one each time it is given. */
  readonly type: "flag" | "value" | "list";
  /** What the help calls the value. */
  readonly valueName?: string;
  readonly describe: string;
  /** Heading in the help. */
  readonly group: string;
  readonly choices?: readonly string[];
  /** Accepted, but not listed in the help: it changes nothing here, or is known and not available yet. */
  readonly hidden?: "no-op" | "not-yet";
}

/** Values of options by their full names, and what else stood on the command line. */
export interface ParsedArguments {
  flag(name: string): boolean;
  value(name: string): string | undefined;
  list(name: string): readonly string[];
  readonly positionals: readonly string[];
}

/**
 * Spells a command line out in full, by the rules of getopt_long that pg_dump follows: `-Fp`, `-F p`, `-aFp`, `--format p`, `--form=p`
 * all become `--format=p`. Throws a PgstowError `usage` for what is unknown, ambiguous, or lacks its value.
 */
export function spellOutArguments(args: readonly string[], specs: readonly OptionSpec[]): string[] {
  const spelled: string[] = [];
  const positionals: string[] = [];
  const queue = [...args];
  for (let arg = queue.shift(); arg !== undefined; arg = queue.shift()) {
    if (arg === "--") {
      positionals.push(...queue.splice(0));
    } else if (arg.startsWith("--")) {
      spelled.push(spellLong(arg, queue, specs));
    } else if (arg.startsWith("-") && arg !== "-") {
      spelled.push(...spellCluster(arg, queue, specs));
    } else {
      positionals.push(arg);
    }
  }
  return positionals.length === 0 ? spelled : [...spelled, "--", ...positionals];
}

function spellLong(arg: string, queue: string[], specs: readonly OptionSpec[]): string {
  const equals = arg.indexOf("=");
  const given = equals < 0 ? arg.slice(2) : arg.slice(2, equals);
  const spec = findLong(given, specs);
  if (spec.type === "flag") {
    if (equals >= 0) throw new PgstowError("usage", `option --${spec.name} takes no value`);
    return `--${spec.name}`;
  }
  const value = equals < 0 ? queue.shift() : arg.slice(equals + 1);
  if (value === undefined) throw new PgstowError("usage", `option --${spec.name} needs a value`);
  return `--${spec.name}=${value}`;
}

function findLong(given: string, specs: readonly OptionSpec[]): OptionSpec {
  const named = (name: string) => specs.find((spec) => spec.name === name || spec.aliases?.includes(name));
  const exact = named(given);
  if (exact) return available(exact);
  const begins = specs.filter((spec) => [spec.name, ...(spec.aliases ?? [])].some((name) => given !== "" && name.startsWith(given)));
  const [only, second] = begins;
  if (only === undefined) throw unknownOption(given, specs);
  if (second !== undefined) {
    throw new PgstowError("usage", `option --${given} is ambiguous: ${begins.map((spec) => `--${spec.name}`).join(", ")}`);
  }
  return available(only);
}

function unknownOption(given: string, specs: readonly OptionSpec[]): PgstowError {
  const names = specs.filter((spec) => spec.hidden === undefined).flatMap((spec) => [spec.name, ...(spec.aliases ?? [])]);
  const nearest = nearestName(given, names);
  return new PgstowError("usage", `unknown option --${given}`, nearest === undefined ? {} : { hint: `Did you mean --${nearest}?` });
}

function spellCluster(arg: string, queue: string[], specs: readonly OptionSpec[]): string[] {
  const spelled: string[] = [];
  for (let at = 1; at < arg.length; at++) {
    const letter = arg.charAt(at);
    const found = specs.find((spec) => spec.short === letter);
    if (found === undefined) throw new PgstowError("usage", `unknown option -${letter}`);
    const spec = available(found);
    if (spec.type === "flag") {
      spelled.push(`--${spec.name}`);
      continue;
    }
    const rest = arg.slice(at + 1);
    const value = rest === "" ? queue.shift() : rest;
    if (value === undefined) throw new PgstowError("usage", `option -${letter}/--${spec.name} needs a value`);
    spelled.push(`--${spec.name}=${value}`);
    break;
  }
  return spelled;
}

function available(spec: OptionSpec): OptionSpec {
  if (spec.hidden === "not-yet") {
    throw new PgstowError("usage", `option --${spec.name} is not available yet`, { hint: "The README lists what is not there yet." });
  }
  return spec;
}

/** Whole numbers between bounds; anything else is a usage error that names the option. */
export function wholeNumber(args: ParsedArguments, name: string, least: number, most: number): number | undefined {
  const text = args.value(name);
  if (text === undefined) return undefined;
  const number = Number(text);
  if (/^-?\d+$/.test(text.trim()) && number >= least && number <= most) return number;
  throw new PgstowError("usage", `invalid value "${text}" for option --${name}: must be a whole number from ${least} to ${most}`);
}

/** Shape for `exactOptionalPropertyTypes`: leaves out what is undefined. */
export function defined<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
