/** One long name that a program takes, in the order of the program's table: messages about abbreviations list them in this order. */
export interface GetoptOption {
  readonly name: string;
  /** The option that this is another name for. */
  readonly means?: string;
  readonly short?: string;
  readonly argument: "none" | "required" | "optional";
  /** First and last major version of the program that has it; all unless given. */
  readonly since?: number;
  readonly until?: number;
}

/** An option as it was found on the command line, under its full name. */
export interface GivenOption {
  readonly name: string;
  /** undefined when it takes none, or an optional one was left out. */
  readonly value: string | undefined;
}

export interface GetoptResult {
  /** In the order given. */
  readonly given: readonly GivenOption[];
  readonly operands: readonly string[];
}

/** A command line that getopt_long refuses. `message` is glibc's, without the program's name. */
export class GetoptError extends Error {
  override readonly name = "GetoptError";
}

/**
 * Reads a command line by the rules of glibc's getopt_long: long options may be abbreviated and take their argument after `=` or as the
 * next word, short ones may be clustered and take it attached or as the next word, options may follow operands, and `--` ends them.
 *
 * The table holds the options of all major versions. An abbreviation is taken when it is clear in one of them, the newest first; what is
 * ambiguous in all is reported as the program of version `major` does. `check` sees each option before the next one is read. Throws a
 * GetoptError.
 */
export function getopt(
  args: readonly string[],
  table: readonly GetoptOption[],
  major: number,
  check: (option: GivenOption) => void = () => undefined,
): GetoptResult {
  const given: GivenOption[] = [];
  const take = (option: GivenOption): void => {
    check(option);
    given.push(option);
  };
  const operands: string[] = [];
  const queue = [...args];
  for (let arg = queue.shift(); arg !== undefined; arg = queue.shift()) {
    if (arg === "--") operands.push(...queue.splice(0));
    else if (arg.startsWith("--")) take(readLong(arg, queue, table, major));
    else if (arg.startsWith("-") && arg !== "-") readCluster(arg, queue, table, take);
    else operands.push(arg);
  }
  return { given, operands };
}

/** Whose abbreviations are taken. Before 15 there were too few options to make doubtful what is doubtful ever since. */
const MAJORS = [18, 17, 16, 15];

function readLong(arg: string, queue: string[], table: readonly GetoptOption[], major: number): GivenOption {
  const equals = arg.indexOf("=");
  const typed = equals < 0 ? arg.slice(2) : arg.slice(2, equals);
  const option = findLong(typed, arg, table, major);
  const attached = equals < 0 ? undefined : arg.slice(equals + 1);
  if (option.argument === "none" && attached !== undefined) throw new GetoptError(`option '--${option.name}' doesn't allow an argument`);
  const value = option.argument === "required" ? (attached ?? queue.shift()) : attached;
  if (option.argument === "required" && value === undefined) throw new GetoptError(`option '--${option.name}' requires an argument`);
  return { name: nameOf(option), value };
}

function findLong(typed: string, arg: string, table: readonly GetoptOption[], major: number): GetoptOption {
  const exact = table.find(({ name }) => name === typed);
  if (exact !== undefined) return exact;
  const candidates = table.filter(({ name }) => name.startsWith(typed));
  for (const version of [major, ...MAJORS]) {
    const [first, ...others] = candidates.filter((option) => isIn(option, version));
    if (first !== undefined && others.every((option) => isSame(option, first))) return first;
  }
  const known = candidates.filter((option) => isIn(option, major));
  const [first] = known;
  if (first === undefined) throw new GetoptError(`unrecognized option '${arg}'`);
  const others = known.filter((option) => !isSame(option, first));
  const possibilities = [first, ...others].map(({ name }) => `'--${name}'`).join(" ");
  throw new GetoptError(`option '${arg}' is ambiguous; possibilities: ${possibilities}`);
}

function isIn(option: GetoptOption, major: number): boolean {
  return (option.since ?? 0) <= major && major <= (option.until ?? Infinity);
}

/** Two names for one thing leave no doubt. */
function isSame(one: GetoptOption, other: GetoptOption): boolean {
  return nameOf(one) === nameOf(other) && one.argument === other.argument;
}

function nameOf(option: GetoptOption): string {
  return option.means ?? option.name;
}

function readCluster(arg: string, queue: string[], table: readonly GetoptOption[], take: (option: GivenOption) => void): void {
  for (let at = 1; at < arg.length; at++) {
    const letter = arg.charAt(at);
    const option = table.find(({ short }) => short === letter);
    if (option === undefined) throw new GetoptError(`invalid option -- '${letter}'`);
    if (option.argument === "none") {
      take({ name: nameOf(option), value: undefined });
      continue;
    }
    const rest = arg.slice(at + 1);
    const value = rest === "" ? (option.argument === "required" ? queue.shift() : undefined) : rest;
    if (value === undefined && option.argument === "required") throw new GetoptError(`option requires an argument -- '${letter}'`);
    take({ name: nameOf(option), value });
    break;
  }
}
