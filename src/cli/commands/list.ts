import type { Command, CommandContext } from "../command.ts";
import type { ParsedArguments } from "../option.ts";
import { restoreTask } from "../restore-arguments.ts";
import { runRestoreTask } from "../restore-run.ts";
import { selectionFileOptions, selectionOptions } from "../selection-options.ts";

export const listCommand: Command = {
  name: "list",
  usage: "list [options] [ARCHIVE]",
  describe: "Prints an archive's table of contents as pg_restore -l does.",
  positionalsMax: 1,
  options: [...selectionOptions, ...selectionFileOptions],
  run: runListCommand,
};

async function runListCommand(args: ParsedArguments, { signal, messages }: CommandContext): Promise<number> {
  const listing = { ...args, flag: (name: string) => name === "list" || args.flag(name) };
  return runRestoreTask(await restoreTask(listing, "pgstow"), {
    connection: {},
    signal,
    say: (level, text) => {
      process.stderr.write(`pgstow: ${level}: ${text}\n`);
    },
    info: (text) => messages.info(text),
    onDiagnostic: (diagnostic) => messages.diagnostic(diagnostic),
  });
}
