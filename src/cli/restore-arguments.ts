import { readFile } from "node:fs/promises";
import { PgstowError } from "../core/errors.ts";
import type { RestoreOptions } from "../restore/restore.ts";
import { inProgramWords } from "./faces/system-words.ts";
import { readFilterFile, type ReadFilter } from "./filter-file.ts";
import { filterError, type FilterKind, parseFilter } from "./filter-grammar.ts";
import { defined, type ParsedArguments } from "./option.ts";
import { type NameList, selectionFromFlags } from "./selection-options.ts";
import { checkRestoreCombinations, numberOf } from "./restore-combinations.ts";
import { checkSwapCombinations, swapOf } from "./restore-swap.ts";

/** Whose ways a restore has where no option says anything: pgstow's own, or those of pg_restore. */
export type RestoreManner = "pgstow" | "pg_restore";

/** The options of a restore that have nothing to do with where it goes. */
export type RestoreChoices = Omit<
  RestoreOptions,
  | "archive"
  | "connection"
  | "environment"
  | "signal"
  | "onProgress"
  | "onDiagnostic"
  | "onFailure"
  | "onStep"
  | "inspectTarget"
  | "prepareTarget"
  | "list"
>;

/** What a command line of `pgstow restore` or pg_restore asks for, but for the connection. */
export interface RestoreTask {
  readonly does: "list" | "script" | "database";
  /** Path; undefined for standard input. */
  readonly archive: string | undefined;
  /** The format that it must have. */
  readonly format: "custom" | "directory" | "tar" | "stow" | undefined;
  /** Where a list or script goes; undefined for standard output. */
  readonly output: string | undefined;
  /** Text of the list file. */
  readonly useList: string | undefined;
  readonly choices: RestoreChoices;
  readonly restrictKey: string | undefined;
  readonly verbose: boolean;
  readonly manner: RestoreManner;
}

/**
 * Reads pg_restore's options, filter and list files included. Throws a PgstowError `usage` in pg_restore's words for a value or a
 * combination that it refuses, or `file`.
 */
export async function restoreTask(
  args: ParsedArguments,
  manner: RestoreManner,
  readFilter: ReadFilter = readFilterFile,
): Promise<RestoreTask> {
  if (manner === "pgstow") checkSwapCombinations(args);
  checkRestoreCombinations(args, manner);
  const format = formatOf(args, manner);
  const output = args.value("file");
  const filters = await readRestoreFilters(args.list("filter"), readFilter);
  const list = args.value("use-list");
  return {
    does: args.flag("list") ? "list" : args.value("dbname") === undefined ? "script" : "database",
    archive: args.positionals[0],
    format,
    output: output === "-" ? undefined : output,
    useList: list === undefined ? undefined : await readUseList(list),
    choices: defined({
      ...selectionFromFlags(args, filters),
      // A name that matches nothing passes for a restore of nothing with pg_restore only.
      strictNames: manner === "pg_restore" ? args.flag("strict-names") : undefined,
      ...form(args),
      ...behaviour(args, manner),
    }),
    restrictKey: args.value("restrict-key"),
    verbose: args.flag("verbose"),
    manner,
  };
}

const formats = {
  c: "custom",
  custom: "custom",
  d: "directory",
  directory: "directory",
  t: "tar",
  tar: "tar",
  s: "stow",
  stow: "stow",
} as const;

function formatOf(args: ParsedArguments, manner: RestoreManner): RestoreTask["format"] {
  const given = args.value("format");
  if (given === undefined) return undefined;
  const key = given.toLowerCase();
  if (Object.hasOwn(formats, key) && (manner === "pgstow" || !key.startsWith("s"))) return formats[key as keyof typeof formats];
  throw new PgstowError("usage", `unrecognized archive format "${given}"; please specify "c", "d", or "t"`);
}

async function readUseList(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw inProgramWords(`could not open TOC file "${file}"`, error);
  }
}

const filterLists: Readonly<Record<"include" | "exclude", Partial<Record<FilterKind, NameList>>>> = {
  include: { function: "functions", index: "indexes", schema: "schemas", table: "tables", trigger: "triggers" },
  exclude: { schema: "excludeSchemas" },
};

async function readRestoreFilters(files: readonly string[], read: ReadFilter): Promise<Partial<Record<NameList, string[]>>> {
  const names: Partial<Record<NameList, string[]>> = {};
  for (const file of files) {
    for (const { command, kind, pattern, line } of parseFilter(await read(file), file)) {
      const list = filterLists[command][kind];
      if (list === undefined) throw filterError(file, line, `${command} filter for "${kind.replaceAll("_", " ")}" is not allowed`);
      (names[list] ??= []).push(withoutQuotes(pattern));
    }
  }
  return names;
}

/** Names are compared exactly; quotes only keep blanks and line feeds in them. */
function withoutQuotes(name: string): string {
  const [, quoted] = /^"((?:[^"]|"")*)"$/s.exec(name) ?? [];
  return quoted?.replaceAll('""', '"') ?? name;
}

function form(args: ParsedArguments) {
  const flag = (name: string) => args.flag(name) || undefined;
  return {
    clean: flag("clean"),
    ifExists: flag("if-exists"),
    create: flag("create"),
    noOwner: flag("no-owner"),
    noTableAccessMethod: flag("no-table-access-method"),
    noTablespaces: flag("no-tablespaces"),
    disableTriggers: flag("disable-triggers"),
    superuser: args.value("superuser"),
    enableRowSecurity: flag("enable-row-security"),
    useSetSessionAuthorization: flag("use-set-session-authorization"),
    role: args.value("role"),
  };
}

function behaviour(args: ParsedArguments, manner: RestoreManner) {
  const jobs = numberOf(args, "jobs") ?? 1;
  const size = numberOf(args, "transaction-size");
  const swap = manner === "pgstow" ? swapOf(args) : undefined;
  if (swap !== undefined) return { swap, jobs: numberOf(args, "jobs"), ...memory(args) };
  return {
    transaction: transactionOf(args, manner, jobs, size),
    onError: continuesAfterErrors(args, manner, size) ? ("continue" as const) : ("stop" as const),
    jobs: jobs > 1 ? jobs : undefined,
    noDataForFailedTables: args.flag("no-data-for-failed-tables") || undefined,
    ...memory(args),
  };
}

function memory(args: ParsedArguments) {
  return { maintenanceWorkMem: args.value("maintenance-work-mem"), analyze: args.flag("analyze") || undefined };
}

function transactionOf(
  args: ParsedArguments,
  manner: RestoreManner,
  jobs: number,
  size: number | undefined,
): RestoreChoices["transaction"] {
  if (args.flag("single-transaction")) return "all";
  if (jobs > 1) return "none";
  if (size !== undefined) return size;
  if (manner === "pg_restore" || args.flag("no-single-transaction") || args.flag("continue-on-error")) return "none";
  return "all";
}

function continuesAfterErrors(args: ParsedArguments, manner: RestoreManner, size: number | undefined): boolean {
  if (args.flag("exit-on-error") || args.flag("single-transaction") || size !== undefined) return false;
  return manner === "pg_restore" || args.flag("continue-on-error");
}
