import { PgstowError } from "../../core/errors.ts";
import type { RestoreOptions } from "../../restore/restore.ts";
import { archiveArgument } from "../archive-argument.ts";
import type { Command, CommandContext } from "../command.ts";
import { connectionFromFlags, connectionOptions } from "../connection-options.ts";
import { defined, type OptionSpec, type ParsedArguments } from "../option.ts";
import { openProgress, progressOption } from "../progress-option.ts";
import { selectionFromFlags, selectionOptions } from "../selection-options.ts";
import { formatBytes, formatCount } from "../sizes.ts";
import { restoreOptionSpecs } from "./restore-options.ts";

const options: readonly OptionSpec[] = [...selectionOptions, ...restoreOptionSpecs, ...connectionOptions, progressOption];

export const restoreCommand: Command = {
  name: "restore",
  usage: "restore [options] -d DBNAME ARCHIVE",
  describe:
    "Checks every hash of an archive, then restores it into a database in one transaction: all of it or\nnothing. What is in the database stays, unless --clean drops it.",
  positionalsMax: 1,
  options,
  examples: [
    ["restore -d shop_copy shop.sql.zst", "into an empty database"],
    ["restore --clean --if-exists -d shop shop.sql.zst", "in place of what is there"],
  ],
  run: runRestoreCommand,
};

async function runRestoreCommand(args: ParsedArguments, context: CommandContext): Promise<void> {
  checkCombinations(args);
  const archive = archiveArgument(args);
  const connection = connectionFromFlags(args);
  if (connection.dbname === undefined) throw new PgstowError("usage", "option -d/--dbname must be specified");
  const fromFlags = optionsFromFlags(args);
  const progress = openProgress(args);
  const { runRestore } = await import("../../restore/restore.ts");
  try {
    const summary = await runRestore({
      ...fromFlags,
      archive,
      connection,
      environment: process.env,
      signal: context.signal,
      onProgress: progress.sink,
      onDiagnostic: (diagnostic) => {
        progress.close();
        context.messages.diagnostic(diagnostic);
      },
    });
    progress.close();
    const { entries, rows, rawBytes } = summary;
    context.messages.info(`restored ${formatCount(entries)} entries, ${formatCount(rows)} rows, ${formatBytes(rawBytes)} of data`);
  } finally {
    progress.close();
  }
}

/** Combinations that pg_restore refuses, in its words. */
function checkCombinations(args: ParsedArguments): void {
  const refuse = (message: string): never => {
    throw new PgstowError("usage", message);
  };
  const [dataOnly, schemaOnly, clean] = [args.flag("data-only"), args.flag("schema-only"), args.flag("clean")];
  if (dataOnly && schemaOnly) refuse("options -s/--schema-only and -a/--data-only cannot be used together");
  if (clean && dataOnly) refuse("options -c/--clean and -a/--data-only cannot be used together");
  if (args.flag("if-exists") && !clean) refuse("option --if-exists requires option -c/--clean");
}

type OptionsFromFlags = Omit<RestoreOptions, "archive" | "connection">;

function optionsFromFlags(args: ParsedArguments): OptionsFromFlags {
  const flag = (name: string) => args.flag(name) || undefined;
  return defined({
    ...selectionFromFlags(args),
    clean: flag("clean"),
    ifExists: flag("if-exists"),
    noOwner: flag("no-owner"),
    noTableAccessMethod: flag("no-table-access-method"),
    noTablespaces: flag("no-tablespaces"),
    disableTriggers: flag("disable-triggers"),
    superuser: args.value("superuser"),
    enableRowSecurity: flag("enable-row-security"),
    useSetSessionAuthorization: flag("use-set-session-authorization"),
    role: args.value("role"),
  });
}
