import type { Command } from "../command.ts";
import { backupText } from "./backup-text.ts";
import { listStores } from "./list-stores.ts";
import { jsonOption, printJson, remoteOptions } from "./remote-options.ts";

export const showCommand: Command = {
  name: "backup show",
  usage: "backup show [options] [BACKUP]",
  describe: "Shows all that is known of one backup: an id, the beginning of one, a file's name, or latest, which is the default.",
  positionalsMax: 1,
  options: [...remoteOptions, jsonOption],
  examples: [["backup show --remote staging latest", "the newest backup of the remote staging"]],
  async run(args, context) {
    const wanted = args.positionals[0] ?? "latest";
    const { findBackup } = await import("../../backup/find.ts");
    const { backups, remote } = await listStores(args, context);
    const backup = findBackup(backups, wanted, remote === undefined ? "here" : `of "${remote}"`);
    if (args.flag("json")) printJson({ backup });
    else process.stdout.write(backupText(backup));
  },
};
