import { setFlagsFromString } from "node:v8";
import { checkLockTimeout } from "../../postgres/lock-timeout.ts";
import type { Command, CommandContext } from "../command.ts";
import { connectionFromFlags, connectionOptions } from "../connection-options.ts";
import { dumpChoices, dumpJobs, splitTablesLargerThan } from "../dump-arguments.ts";
import { checkDumpForm } from "../dump-combinations.ts";
import { dumpEngine, engineOption } from "../engine-option.ts";
import { defined, type OptionSpec, type ParsedArguments } from "../option.ts";
import { openOutput } from "../output.ts";
import { archiveCompression, archiveVersion, compressionLevel, dumpFormat } from "../output-format.ts";
import { openProgress, progressOption } from "../progress-option.ts";
import { formatBytes, formatCount } from "../sizes.ts";
import { sectionOption } from "../section-option.ts";
import { dumpOptionSpecs } from "./dump-options.ts";

const options: readonly OptionSpec[] = [...dumpOptionSpecs, sectionOption, ...connectionOptions, engineOption, progressOption];

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
  // Catalogs of thousands of tables only grow: with V8's usual steps a third of the heap would be garbage waiting.
  setFlagsFromString("--heap-growing-percent=30");
  const fromFlags = await dumpChoices(args);
  checkLockTimeout(fromFlags.lockWaitTimeout, "option --lock-wait-timeout");
  const format = dumpFormat(args.value("format"), args.value("file"));
  const level = compressionLevel(args.value("compress"), format);
  const compression = archiveCompression(args.value("compress"), format);
  const archiveMinor = archiveVersion(args.value("archive-version"), format);
  const jobs = dumpJobs(args, format, ["stow", "custom", "directory"]);
  const split = splitTablesLargerThan(args, format);
  checkDumpForm(args, format);
  const progress = openProgress(args);
  const connection = connectionFromFlags(args, args.positionals[0]);
  const runDump = await dumpEngine(args);
  const output = await openOutput({
    file: args.value("file"),
    force: args.flag("force"),
    binary: format !== "plain",
    folder: format === "directory",
    sync: !args.flag("no-sync"),
  });
  try {
    const summary = await runDump({
      ...fromFlags,
      ...defined({ compressionLevel: level, compression, archiveMinor, jobs, splitTablesLargerThan: split }),
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
