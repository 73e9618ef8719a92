import type { CommandTable } from "../command.ts";

/** What stands behind `pgstow backup`. */
export const backupCommands: CommandTable = {
  create: { does: "back a remote's database up", load: async () => (await import("./create.ts")).createCommand },
  list: { does: "list backups, newest first", load: async () => (await import("./list.ts")).listBackupsCommand },
  show: { does: "show all that is known of one", load: async () => (await import("./show.ts")).showCommand },
  verify: { does: "check one or all, and record it", load: async () => (await import("./verify.ts")).verifyBackupsCommand },
  restore: { does: "restore one in one transaction", load: async () => (await import("./restore.ts")).restoreBackupCommand },
  prune: { does: "remove what no rule keeps", load: async () => (await import("./prune.ts")).pruneCommand },
};
