import { PgstowError } from "../core/errors.ts";
import type { DumpAllOptions } from "../dumpall/options.ts";
import { dumpChoices } from "./dump-arguments.ts";
import { checkDumpForm } from "./dump-combinations.ts";
import { readFilterFile } from "./filter-file.ts";
import type { ReadFilter } from "./filter-file.ts";
import { filterError, parseFilter } from "./filter-grammar.ts";
import { defined, type ParsedArguments } from "./option.ts";

/** What pg_dumpall's options say, but for the connection and where it goes. */
export type DumpAllChoices = Omit<DumpAllOptions, "connection" | "output">;

const GLOBALS = "-g/--globals-only";
const ROLES = "-r/--roles-only";
const TABLESPACES = "-t/--tablespaces-only";

/**
 * Reads pg_dumpall's options, filter files included. Throws a PgstowError `usage` in pg_dumpall's words for a value or a combination
 * that it refuses.
 */
export async function dumpAllChoices(args: ParsedArguments, readFilter: ReadFilter = readFilterFile): Promise<DumpAllChoices> {
  checkCombinations(args);
  const filtered = await filteredDatabases(args.list("filter"), readFilter);
  const excluded = [...args.list("exclude-database"), ...filtered];
  const forEach = await dumpChoices(withoutOwnOptions(args));
  checkDumpForm(args, "plain");
  return {
    ...forEach,
    ...defined({
      database: args.value("database"),
      globalsOnly: args.flag("globals-only") || undefined,
      rolesOnly: args.flag("roles-only") || undefined,
      tablespacesOnly: args.flag("tablespaces-only") || undefined,
      noRolePasswords: args.flag("no-role-passwords") || undefined,
      excludeDatabases: excluded.length === 0 ? undefined : excluded,
    }),
  };
}

function checkCombinations(args: ParsedArguments): void {
  const isGiven = (option: string): boolean => args.flag(option.replace(/^.*--/, ""));
  const refuse = (message: string, hint?: string): never => {
    throw new PgstowError("usage", message, hint === undefined ? {} : { hint });
  };
  const isOnlyGlobals = [GLOBALS, ROLES, TABLESPACES].some(isGiven);
  if (args.list("exclude-database").length > 0 && isOnlyGlobals) {
    refuse(`option --exclude-database cannot be used together with ${GLOBALS}, ${ROLES}, or ${TABLESPACES}`);
  }
  for (const [one, other] of [
    [GLOBALS, ROLES],
    [GLOBALS, TABLESPACES],
  ] as const) {
    if (isGiven(one) && isGiven(other)) refuse(`options ${one} and ${other} cannot be used together`);
  }
  if (args.flag("if-exists") && !args.flag("clean")) refuse("option --if-exists requires option -c/--clean");
  if (isGiven(ROLES) && isGiven(TABLESPACES)) refuse(`options ${ROLES} and ${TABLESPACES} cannot be used together`);
  if (args.flag("binary-upgrade")) {
    refuse("option --binary-upgrade is not supported", "It makes dumps that only pg_upgrade can use; run PostgreSQL's own pg_upgrade.");
  }
}

/** These words mean something else to a dump of one database, or nothing. */
const OWN_OPTIONS: ReadonlySet<string> = new Set(["filter", "table", "schema", "format", "jobs"]);

function withoutOwnOptions(args: ParsedArguments): ParsedArguments {
  return {
    positionals: [],
    flag: (name) => !OWN_OPTIONS.has(name) && args.flag(name),
    value: (name) => (OWN_OPTIONS.has(name) ? undefined : args.value(name)),
    list: (name) => (OWN_OPTIONS.has(name) ? [] : args.list(name)),
  };
}

/** A filter file can only leave databases out. */
async function filteredDatabases(files: readonly string[], read: ReadFilter): Promise<string[]> {
  const patterns: string[] = [];
  for (const file of files) {
    for (const { command, kind, pattern, line } of parseFilter(await read(file), file)) {
      if (command !== "exclude" || kind !== "database") {
        throw filterError(file, line, `${command} filter for "${kind.replaceAll("_", " ")}" is not allowed`);
      }
      patterns.push(pattern);
    }
  }
  return patterns;
}
