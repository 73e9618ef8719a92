import { PgstowError } from "../../core/errors.ts";
import type { Command, CommandContext } from "../command.ts";
import { connectionFromFlags, connectionOptions } from "../connection-options.ts";
import { engineOption, engineOf, restoreEngine } from "../engine-option.ts";
import type { OptionSpec, ParsedArguments } from "../option.ts";
import { openProgress, progressOption } from "../progress-option.ts";
import { findPlainScript, restorePlainScript } from "../restore-plain-script.ts";
import { restoreTask } from "../restore-arguments.ts";
import { dropOld, onlyDropsOld, sayOldDatabase } from "../restore-swap.ts";
import { selectionFileOptions, selectionOptions } from "../selection-options.ts";
import { resolveSettings } from "../../postgres/settings.ts";
import type { RestoreSummary } from "../../restore/restore.ts";
import { formatBytes, formatCount } from "../sizes.ts";
import { restoreOptionSpecs } from "./restore-options.ts";

const options: readonly OptionSpec[] = [
  ...selectionOptions,
  ...selectionFileOptions,
  ...restoreOptionSpecs,
  ...connectionOptions,
  engineOption,
  progressOption,
];

export const restoreCommand: Command = {
  name: "restore",
  usage: "restore [options] -d DBNAME [ARCHIVE]",
  describe:
    "Checks every hash of an archive, then restores it into a database in one transaction: all of it or\nnothing. An archive of pg_dump has no hashes; damage in it shows on the way, and nothing is changed. What is in the database stays, unless --clean drops it. Without ARCHIVE it is read from\nstandard input.",
  positionalsMax: 1,
  options,
  examples: [
    ["restore -d shop_copy shop.sql.zst", "into an empty database"],
    ["restore --clean --if-exists -d shop shop.sql.zst", "in place of what is there"],
    ["restore -j 4 -d shop_copy shop.sql.zst", "over four connections, without a transaction"],
    ["restore --swap -d shop shop.sql.zst", "beside what is there, which goes on working, and then in its place"],
    ["restore --drop-old -d shop", "without what earlier swaps have kept"],
    ["restore -d shop_copy shop.sql.gz", "a plain script of pg_dump, compressed or not"],
    ["restore -t sale -f - shop.sql.zst", "the script of one table"],
  ],
  run: runRestoreCommand,
};

async function runRestoreCommand(args: ParsedArguments, context: CommandContext): Promise<number> {
  if (onlyDropsOld(args)) {
    await dropOld(args, connectionFromFlags(args), context);
    return 0;
  }
  const task = await restoreTask(args, "pgstow");
  if (task.archive === undefined && process.stdin.isTTY) throw new PgstowError("usage", "no archive given");
  const connection = connectionFromFlags(args);
  const script = await findPlainScript(task.archive);
  if (script !== undefined) {
    if (task.choices.swap !== undefined) {
      throw new PgstowError("usage", "option --swap is for archives: a plain script may go to other databases by itself", {
        hint: "Restore the script into a new database, or make the dump in another format.",
      });
    }
    if (engineOf(args) !== "native") {
      throw new PgstowError("usage", "option --engine is for archives: pg_restore restores no plain script", {
        hint: "Leave --engine out, or run the script with psql -1 -f.",
      });
    }
    await restorePlainScript(script, { args, options, connection, context });
    return 0;
  }
  const progress = openProgress(args);
  const { messages, signal } = context;
  const { runRestoreTask } = await import("../restore-run.ts");
  let old: RestoreSummary["oldDatabase"];
  try {
    const code = await runRestoreTask(task, {
      runRestore: await restoreEngine(args),
      connection,
      signal,
      say: (level, text) => {
        progress.close();
        process.stderr.write(`pgstow: ${level}: ${text}\n`);
      },
      info: (text) => messages.info(text),
      onProgress: progress.sink,
      onDiagnostic: (diagnostic) => {
        progress.close();
        messages.diagnostic(diagnostic);
      },
      onSummary: ({ entries, rows, rawBytes, oldDatabase }) => {
        old = oldDatabase;
        progress.close();
        messages.info(`restored ${formatCount(entries)} entries, ${formatCount(rows)} rows, ${formatBytes(rawBytes)} of data`);
      },
    });
    if (old !== undefined) sayOldDatabase(old, (await resolveSettings(connection, process.env)).database);
    return code;
  } finally {
    progress.close();
  }
}
