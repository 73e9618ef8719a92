import { PgstowError } from "../../core/errors.ts";
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
    let missing: unknown = new PgstowError("not-found", "there are no backups");
    for (const { manager, remote } of await openStores(args)) {
      try {
        const backup = await manager.getBackup(wanted, { remote: remote?.name, onDiagnostic: diagnosticSink(context) });
        if (args.flag("json")) printJson({ backup });
        else process.stdout.write(backupText(backup));
        return;
      } catch (error) {
        if (!(error instanceof PgstowError) || error.code !== "not-found") throw error;
        missing = error;
      } finally {
        await manager.close();
      }
    }
    throw missing;
  },
};
