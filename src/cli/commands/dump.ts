import { PgstowError } from "../../core/errors.ts";
import type { DumpOptions } from "../../dump/dump.ts";
import type { Command, CommandContext } from "../command.ts";
import { connectionFromFlags, connectionOptions } from "../connection-options.ts";
import { defined, type OptionSpec, type ParsedArguments, wholeNumber } from "../option.ts";
import { openOutput } from "../output.ts";
import { archiveCompression, archiveVersion, compressionLevel, dumpFormat } from "../output-format.ts";
import { openProgress, progressOption } from "../progress-option.ts";
import { formatBytes, formatCount } from "../sizes.ts";
import { sectionOption, sectionsOf } from "../section-option.ts";
import { dumpOptionSpecs } from "./dump-options.ts";

const options: readonly OptionSpec[] = [...dumpOptionSpecs, sectionOption, ...connectionOptions, progressOption];

export const dumpCommand: Command = {
  name: "dump",
  usage: "dump [options] [DBNAME]",
  describe: "Writes a PostgreSQL database to a hashed stow archive, a plain SQL script, or an archive for pg_restore.",
  positionalsMax: 1,
  options,
  examples: [
    ["dump -f shop.sql.zst shop", "a stow archive of database shop"],
    ["dump -s -n app shop", "the definitions of schema app as SQL on standard output"],
  ],
  run: runDumpCommand,
};

async function runDumpCommand(args: ParsedArguments, context: CommandContext): Promise<void> {
  checkCombinations(args);
  const format = dumpFormat(args.value("format"), args.value("file"));
  const level = compressionLevel(args.value("compress"), format);
  const compression = archiveCompression(args.value("compress"), format);
  const archiveMinor = archiveVersion(args.value("archive-version"), format);
  const jobs = wholeNumber(args, "jobs", 1, 64);
  if ((jobs ?? 1) > 1) throw new PgstowError("usage", "option -j/--jobs above 1 is not available yet");
  const fromFlags = optionsFromFlags(args);
  const progress = openProgress(args);
  const connection = connectionFromFlags(args, args.positionals[0]);
  const { runDump } = await import("../../dump/dump.ts");
  const output = await openOutput({
    file: args.value("file"),
    force: args.flag("force"),
    binary: format !== "plain",
    folder: format === "directory",
  });
  try {
    const summary = await runDump({
      ...fromFlags,
      ...defined({ compressionLevel: level, compression, archiveMinor }),
      connection,
      environment: process.env,
      format,
      output,
      signal: context.signal,
      onProgress: progress.sink,
      onDiagnostic: (diagnostic) => {
        progress.close();
        context.messages.diagnostic(diagnostic);
      },
    });
    progress.close();
    const { tables, rows, storedBytes } = summary;
    context.messages.info(`dumped ${formatCount(tables)} tables, ${formatCount(rows)} rows, ${formatBytes(storedBytes)} written`);
    if (summary.fingerprint !== "") context.messages.info(`fingerprint ${summary.fingerprint}`);
  } finally {
    progress.close();
  }
}

/** Combinations that pg_dump refuses, in its words. */
function checkCombinations(args: ParsedArguments): void {
  const refuse = (message: string): never => {
    throw new PgstowError("usage", message);
  };
  const [dataOnly, schemaOnly, clean] = [args.flag("data-only"), args.flag("schema-only"), args.flag("clean")];
  if (dataOnly && schemaOnly) refuse("options -s/--schema-only and -a/--data-only cannot be used together");
  if (clean && dataOnly) refuse("options -c/--clean and -a/--data-only cannot be used together");
  if (args.flag("if-exists") && !clean) refuse("option --if-exists requires option -c/--clean");
  if (args.flag("large-objects") && args.flag("no-large-objects")) {
    refuse("options -b/--large-objects and -B/--no-large-objects cannot be used together");
  }
  if (schemaOnly && args.list("include-foreign-data").length > 0) {
    refuse("options -s/--schema-only and --include-foreign-data cannot be used together");
  }
  const key = args.value("restrict-key");
  if (key !== undefined && !/^[A-Za-z0-9]+$/.test(key)) refuse("invalid restrict key");
}

type OptionsFromFlags = Omit<DumpOptions, "connection" | "format" | "output">;

function optionsFromFlags(args: ParsedArguments): OptionsFromFlags {
  const flag = (name: string) => args.flag(name) || undefined;
  const list = (name: string) => (args.list(name).length === 0 ? undefined : args.list(name));
  return defined({
    schemas: list("schema"),
    excludeSchemas: list("exclude-schema"),
    tables: list("table"),
    tablesAndChildren: list("table-and-children"),
    excludeTables: list("exclude-table"),
    excludeTablesAndChildren: list("exclude-table-and-children"),
    excludeTableData: list("exclude-table-data"),
    excludeTableDataAndChildren: list("exclude-table-data-and-children"),
    extensions: list("extension"),
    excludeExtensions: list("exclude-extension"),
    includeForeignData: list("include-foreign-data"),
    strictNames: flag("strict-names"),
    strict: flag("strict"),
    schemaOnly: flag("schema-only"),
    dataOnly: flag("data-only"),
    sections: sectionsOf(args),
    clean: flag("clean"),
    ifExists: flag("if-exists"),
    create: flag("create"),
    noOwner: flag("no-owner"),
    noPrivileges: flag("no-privileges"),
    noComments: flag("no-comments"),
    noSecurityLabels: flag("no-security-labels"),
    noPublications: flag("no-publications"),
    noSubscriptions: flag("no-subscriptions"),
    noTablespaces: flag("no-tablespaces"),
    noTableAccessMethod: flag("no-table-access-method"),
    noToastCompression: flag("no-toast-compression"),
    noUnloggedTableData: flag("no-unlogged-table-data"),
    noPolicies: flag("no-policies"),
    largeObjects: args.flag("large-objects") ? true : args.flag("no-large-objects") ? false : undefined,
    encoding: args.value("encoding"),
    role: args.value("role"),
    restrictKey: args.value("restrict-key"),
    enableRowSecurity: flag("enable-row-security"),
    quoteAllIdentifiers: flag("quote-all-identifiers"),
    disableDollarQuoting: flag("disable-dollar-quoting"),
    disableTriggers: flag("disable-triggers"),
    loadViaPartitionRoot: flag("load-via-partition-root"),
    superuser: args.value("superuser"),
    useSetSessionAuthorization: flag("use-set-session-authorization"),
    serializableDeferrable: flag("serializable-deferrable"),
    lockWaitTimeout: args.value("lock-wait-timeout"),
    snapshot: args.value("snapshot"),
    verbose: flag("verbose"),
  });
}
