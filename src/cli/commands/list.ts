import { openArchive } from "../../archive/open.ts";
import { selectEntries } from "../../restore/selection.ts";
import type { Command } from "../command.ts";
import { archiveArgument } from "../archive-argument.ts";
import { selectionFromFlags, selectionOptions } from "../selection-options.ts";
import { tocLines } from "../toc-text.ts";

export const listCommand: Command = {
  name: "list",
  usage: "list [options] ARCHIVE",
  describe: "Prints an archive's table of contents as pg_restore -l does.",
  positionalsMax: 1,
  options: selectionOptions,
  async run(args) {
    const archive = await openArchive(archiveArgument(args));
    try {
      const shown = selectEntries(archive.entries, selectionFromFlags(args)).map(({ entry }) => entry);
      process.stdout.write(`${[...tocLines(archive, shown)].join("\n")}\n`);
    } finally {
      await archive.close();
    }
  },
};
