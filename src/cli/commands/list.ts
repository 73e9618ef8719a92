import { openArchive } from "../../archive/open.ts";
import type { Command } from "../command.ts";
import { archiveArgument } from "../archive-argument.ts";
import { tocLines } from "../toc-text.ts";

export const listCommand: Command = {
  name: "list",
  usage: "list ARCHIVE",
  describe: "Prints an archive's table of contents as pg_restore -l does.",
  positionalsMax: 1,
  options: [],
  async run(args) {
    const archive = await openArchive(archiveArgument(args));
    try {
      process.stdout.write(`${[...tocLines(archive)].join("\n")}\n`);
    } finally {
      await archive.close();
    }
  },
};
