import type { BackupInfo } from "../../backup/backup-info.ts";
import type { Command } from "../command.ts";
import { backupText } from "./backup-text.ts";
import { diagnosticSink, jsonOption, openStores, printJson, remoteOptions } from "./remote-options.ts";

export const showCommand: Command = {
  name: "backup show",
  usage: "backup show [options] [BACKUP]",
  describe: "Shows all that is known of one backup: an id, the beginning of one, a file's name, or latest, which is the default.",
  positionalsMax: 1,
  options: [...remoteOptions, jsonOption],
  examples: [["backup show --remote staging latest", "the newest backup of the remote staging"]],
  async run(args, context) {
    const wanted = args.positionals[0] ?? "latest";
    const [{ findBackup }, { newestFirst }] = await Promise.all([import("../../backup/find.ts"), import("../../backup/list.ts")]);
    const all: BackupInfo[] = [];
    const stores = await openStores(args);
    for (const { manager, remote } of stores) {
      all.push(...(await manager.listBackups({ remote: remote?.name, onDiagnostic: diagnosticSink(context) })));
      await manager.close();
    }
    const [first] = stores;
    const backup = findBackup(all.sort(newestFirst), wanted, first?.remote === undefined ? "here" : `of "${first.remote.name}"`);
    if (args.flag("json")) printJson({ backup });
    else process.stdout.write(backupText(backup));
  },
};
