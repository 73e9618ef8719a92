import type { Section } from "../archive/entry.ts";
import type { DumpFormat } from "../archive/format-of-name.ts";
import { PgstowError } from "../core/errors.ts";
import type { DumpOptions } from "../dump/dump.ts";
import { checkDumpCombinations } from "./dump-combinations.ts";
import { readFilters } from "./filter-file.ts";
import type { FilterPatterns, ReadFilter } from "./filter-file.ts";
import { defined, type ParsedArguments } from "./option.ts";
import { parseSize } from "./size-option.ts";

/** What pg_dump's options say of a dump, but for the connection, the format and where it goes. */
export type DumpChoices = Omit<DumpOptions, "connection" | "format" | "output">;

const INT_MAX = 2_147_483_647;

/**
 * Reads pg_dump's options, filter files included. Throws a PgstowError `usage` in pg_dump's words for a value or a combination that it
 * refuses.
 */
export async function dumpChoices(args: ParsedArguments, readFilter?: ReadFilter): Promise<DumpChoices> {
  const numbers = {
    rowsPerInsert: numberOption(args, "rows-per-insert", "--rows-per-insert", 1, INT_MAX),
    extraFloatDigits: numberOption(args, "extra-float-digits", "--extra-float-digits", -15, 3),
  };
  const sections = dumpSections(args);
  const filters = await readFilters(args.list("filter"), readFilter);
  checkDumpCombinations(args, filters);
  return defined({ sections, ...numbers, ...patterns(args, filters), ...contents(args), ...form(args), ...session(args) });
}

/** How many jobs -j asks for; undefined for one. Refused for a format that takes them not. */
export function dumpJobs(args: ParsedArguments, format: DumpFormat, parallel: readonly DumpFormat[] = ["directory"]): number | undefined {
  const jobs = numberOption(args, "jobs", "-j/--jobs", 1, INT_MAX) ?? 1;
  if (jobs > 1 && !parallel.includes(format)) {
    const formats = [...parallel.slice(0, -2), parallel.slice(-2).join(" and ")].join(", ");
    const hint = parallel.includes("stow") ? "Name a file that ends in .sql.zst with -f, or choose a format with -F." : undefined;
    throw new PgstowError(
      "usage",
      `parallel backup only supported by the ${formats} format${parallel.length === 1 ? "" : "s"}`,
      defined({ hint }),
    );
  }
  return jobs > 1 ? jobs : undefined;
}

/** Bytes from which on -j reads a table in ranges: Infinity for never, undefined for what the dump thinks best. */
export function splitTablesLargerThan(args: ParsedArguments, format: DumpFormat): number | undefined {
  const text = args.value("split-tables-larger-than");
  if (text === undefined) return undefined;
  if (format !== "stow") throw new PgstowError("usage", "option --split-tables-larger-than is for stow archives");
  return text.trim().toLowerCase() === "none" ? Infinity : parseSize(text, "--split-tables-larger-than");
}

/** A whole number between bounds, which pg_dump's messages call by `label`. */
function numberOption(args: ParsedArguments, name: string, label: string, least: number, most: number): number | undefined {
  const text = args.value(name);
  if (text === undefined) return undefined;
  if (!/^\s*[+-]?\d+\s*$/.test(text)) throw new PgstowError("usage", `invalid value "${text}" for option ${label}`);
  if (Number(text) >= least && Number(text) <= most) return Number(text);
  throw new PgstowError("usage", `${label} must be in range ${least.toString()}..${most.toString()}`);
}

/** The sections that were asked for; undefined for all. */
function dumpSections(args: ParsedArguments): Exclude<Section, "none">[] | undefined {
  const given = args.list("section");
  const unknown = given.find((name) => name !== "pre-data" && name !== "data" && name !== "post-data");
  if (unknown !== undefined) throw new PgstowError("usage", `unrecognized section name: "${unknown}"`);
  return given.length === 0 ? undefined : (given as Exclude<Section, "none">[]);
}

function patterns(args: ParsedArguments, filters: FilterPatterns) {
  const list = (option: string, filtered: readonly string[] = []) => {
    const all = [...args.list(option), ...filtered];
    return all.length === 0 ? undefined : all;
  };
  return {
    schemas: list("schema", filters.schemas),
    excludeSchemas: list("exclude-schema", filters.excludeSchemas),
    tables: list("table", filters.tables),
    tablesAndChildren: list("table-and-children", filters.tablesAndChildren),
    excludeTables: list("exclude-table", filters.excludeTables),
    excludeTablesAndChildren: list("exclude-table-and-children", filters.excludeTablesAndChildren),
    excludeTableData: list("exclude-table-data", filters.excludeTableData),
    excludeTableDataAndChildren: list("exclude-table-data-and-children", filters.excludeTableDataAndChildren),
    extensions: list("extension", filters.extensions),
    excludeExtensions: list("exclude-extension", filters.excludeExtensions),
    includeForeignData: list("include-foreign-data", filters.includeForeignData),
    strictNames: flag(args, "strict-names"),
    strict: flag(args, "strict"),
  };
}

function flag(args: ParsedArguments, name: string): true | undefined {
  return args.flag(name) || undefined;
}

function contents(args: ParsedArguments) {
  return {
    schemaOnly: flag(args, "schema-only"),
    dataOnly: flag(args, "data-only"),
    statisticsOnly: flag(args, "statistics-only"),
    statistics: flag(args, "statistics"),
    noData: flag(args, "no-data"),
    noSchema: flag(args, "no-schema"),
    sequenceData: flag(args, "sequence-data"),
    clean: flag(args, "clean"),
    ifExists: flag(args, "if-exists"),
    create: flag(args, "create"),
    // As with pg_dump, -b wins over -B.
    largeObjects: args.flag("large-objects") ? true : args.flag("no-large-objects") ? false : undefined,
    noOwner: flag(args, "no-owner"),
    noPrivileges: flag(args, "no-privileges"),
    noComments: flag(args, "no-comments"),
    noSecurityLabels: flag(args, "no-security-labels"),
    noPublications: flag(args, "no-publications"),
    noSubscriptions: flag(args, "no-subscriptions"),
    noPolicies: flag(args, "no-policies"),
    noTablespaces: flag(args, "no-tablespaces"),
    noTableAccessMethod: flag(args, "no-table-access-method"),
    noToastCompression: flag(args, "no-toast-compression"),
    noUnloggedTableData: flag(args, "no-unlogged-table-data"),
  };
}

function form(args: ParsedArguments) {
  return {
    encoding: args.value("encoding"),
    inserts: flag(args, "inserts"),
    columnInserts: flag(args, "column-inserts"),
    onConflictDoNothing: flag(args, "on-conflict-do-nothing"),
    restrictKey: args.value("restrict-key"),
    quoteAllIdentifiers: flag(args, "quote-all-identifiers"),
    disableDollarQuoting: flag(args, "disable-dollar-quoting"),
    disableTriggers: flag(args, "disable-triggers"),
    loadViaPartitionRoot: flag(args, "load-via-partition-root"),
    superuser: args.value("superuser"),
    useSetSessionAuthorization: flag(args, "use-set-session-authorization"),
    verbose: flag(args, "verbose"),
  };
}

function session(args: ParsedArguments) {
  return {
    role: args.value("role"),
    enableRowSecurity: flag(args, "enable-row-security"),
    serializableDeferrable: flag(args, "serializable-deferrable"),
    lockWaitTimeout: args.value("lock-wait-timeout"),
    snapshot: args.value("snapshot"),
  };
}
